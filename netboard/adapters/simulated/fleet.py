"""Many simulated hosts from one seed."""

from netboard.adapters.simulated.faults import afflict
from netboard.adapters.simulated.machine import Machine


class Fleet:
    """`hosts` machines with `containers` containers each. The same arguments give the same fleet."""

    def __init__(self, hosts: int, containers: int, seed: int = 1) -> None:
        self._containers = containers
        self._seed = seed
        digits = max(2, len(str(hosts)))
        self.hosts = tuple(f"demo-{number + 1:0{digits}}" for number in range(hosts))
        """Their ids, in order."""

    def machine(self, number: int) -> Machine:
        """The host with this number (from 0), as it is in the beginning."""
        machine = Machine(self.hosts[number], number, self._containers, self._seed)
        afflict(machine)
        return machine
