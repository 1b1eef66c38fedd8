"""REST: the topology, networks, containers and events."""

from ninja import Router

router = Router()
