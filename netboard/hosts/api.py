"""REST: hosts."""

from ninja import Router

router = Router()
