"""What tests of the pages share."""

from tests.support.people import bus, cast, no_bus, quiet_layer

__all__ = ["bus", "cast", "no_bus", "quiet_layer"]
