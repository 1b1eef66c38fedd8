"""REST: who is signed in, and one's own tokens."""

from ninja import Router

router = Router()
