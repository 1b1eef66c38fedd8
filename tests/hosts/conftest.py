"""The cast, and Valkey for pages and REST where a test asks for it."""

from tests.support.people import bus, cast, no_bus, quiet_layer

__all__ = ["bus", "cast", "no_bus", "quiet_layer"]
