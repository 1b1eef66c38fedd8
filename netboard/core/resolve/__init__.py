"""Facts → relations, each with its evidence: the graph of one host, kept current at the price of what changed.

index.py       facts by key and the secondary indexes; every look-up is recorded as something the unit depends on
resolver.py    re-resolves exactly the units whose look-ups would answer differently now
host.py  network.py  namespace.py  container.py  device.py    one unit each → its fragment of the graph
pairs.py       which device is the other end of a veth pair
lower.py       the device that another sits on or is carried by
"""

from netboard.core.resolve.resolver import Resolver

__all__ = ["Resolver"]
