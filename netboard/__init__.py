"""netboard: a live wiring board for container networks."""

__version__ = "0.1.0"
