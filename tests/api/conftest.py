"""The cast, and Valkey where a test asks for it."""

from tests.support.people import bus, cast, no_bus, quiet_layer
from tests.support.valkey import _shared_valkey, mortal_valkey, valkey

__all__ = ["_shared_valkey", "bus", "cast", "mortal_valkey", "no_bus", "quiet_layer", "valkey"]
