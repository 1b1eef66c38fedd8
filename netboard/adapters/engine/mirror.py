"""What the engine told so far, by id, and what a fresh list says otherwise."""

from collections.abc import Iterable

from netboard.adapters.engine import parse
from netboard.core.model import Container, Network


class Mirror:
    """The kept facts of one engine. Every step costs what it changes, never the number of containers."""

    def __init__(self) -> None:
        self.containers: dict[str, Container] = {}
        self.networks: dict[str, Network] = {}
        self._named: dict[str, set[str]] = {}

    def find(self, name: str) -> str:
        """The full id of the one network with this name or id; empty where none or several have it."""
        if name in self.networks:
            return name
        found = self._named.get(name, set())
        return next(iter(found)) if len(found) == 1 else ""

    def replace(self, containers: Iterable[parse.Api], networks: Iterable[parse.Api]) -> None:
        """Take two fresh lists for everything there is; details that were known before and still hold are kept."""
        self.networks = {}
        self._named = {}
        for each in map(parse.network, networks):
            self.put_network(each.id, each)
        listed = [parse.from_list(each, self.find) for each in containers]
        self.containers = {each.id: self._detailed(each) for each in listed}

    def put_network(self, engine_id: str, network: Network | None) -> bool:
        """Keep one network, or None: it is gone. Tells whether that is news."""
        known = self.networks.get(engine_id)
        if known == network:
            return False
        if known is not None:
            del self.networks[engine_id]
            self._named[known.name].discard(engine_id)
            if not self._named[known.name]:
                del self._named[known.name]
        if network is not None:
            self.networks[engine_id] = network
            self._named.setdefault(network.name, set()).add(engine_id)
        return True

    def put_container(self, engine_id: str, container: Container | None) -> bool:
        """Keep one container, or None: it is gone. Tells whether that is news."""
        if self.containers.get(engine_id) == container:
            return False
        if container is None:
            del self.containers[engine_id]
        else:
            self.containers[engine_id] = container
        return True

    def unlike_containers(self, containers: Iterable[parse.Api]) -> set[str]:
        """Ids of containers of which a fresh list says something else than what is kept."""
        listed = {each.id: self._detailed(each) for each in (parse.from_list(one, self.find) for one in containers)}
        return _unlike(self.containers, listed)

    def unlike_networks(self, networks: Iterable[parse.Api]) -> set[str]:
        """Ids of networks of which a fresh list says something else than what is kept."""
        return _unlike(self.networks, {each.id: each for each in map(parse.network, networks)})

    def _detailed(self, listed: Container) -> Container:
        known = self.containers.get(listed.id)
        return listed if known is None else parse.overlay(listed, known)


def _unlike(
    kept: dict[str, Container] | dict[str, Network], fresh: dict[str, Container] | dict[str, Network]
) -> set[str]:
    return {each for each in kept.keys() | fresh.keys() if kept.get(each) != fresh.get(each)}
