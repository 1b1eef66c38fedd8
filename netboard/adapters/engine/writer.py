"""What netboard changes on an engine: typed verbs and nothing else. Every object it makes carries our labels."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

import docker
from docker.errors import APIError, ImageNotFound, NotFound
from docker.types import IPAMConfig, IPAMPool
from docker.types.networks import EndpointConfig

from netboard.adapters.engine import parse
from netboard.adapters.engine.edge import OLDEST_API, RAISED, mapped
from netboard.adapters.engine.refusals import refusal
from netboard.core.change.commands import driver_options
from netboard.core.change.specs import ContainerRun, NetworkCreate
from netboard.core.errors import Missing
from netboard.core.model import Container, Endpoint, Network
from netboard.core.operations import OPERATION_LABEL

_ENDPOINT_MAC: Final = "1.44"
"""The API version from which a MAC address belongs to the endpoint instead of the container."""


class EngineWriter:
    """Fulfils `ports.EngineWriter` over the SDK. `timeout`: seconds for one answer of the engine.

    Raises `EngineUnavailable` where nobody answers (what was asked may have been done all the same), `Missing`, and
    `Refused` with the engine's words.
    """

    def __init__(self, address: str, timeout: float = 30.0) -> None:
        self._address = address
        self._timeout = timeout
        self._kept: Any = None

    def close(self) -> None:
        """Close all connections."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def networks(self) -> list[Network]:
        """All networks."""
        with self._edge() as client:
            return [parse.network(one) for one in client.networks()]

    def containers(self) -> list[Container]:
        """All containers, running or not, as the engine lists them: without pid and sandbox."""
        with self._edge() as client:
            return [parse.from_list(one) for one in client.containers(all=True)]

    def networks_of(self, operation: str) -> list[Network]:
        """The networks that carry this operation's label."""
        with self._edge() as client:
            found = client.networks(filters={"label": f"{OPERATION_LABEL}={operation}"})
        return [parse.network(one) for one in found]

    def containers_of(self, operation: str) -> list[Container]:
        """The containers, running or not, that carry this operation's label."""
        with self._edge() as client:
            found = client.containers(all=True, filters={"label": f"{OPERATION_LABEL}={operation}"})
        return [parse.from_list(one) for one in found]

    def named(self, name: str) -> list[Network]:
        """The networks with exactly this name."""
        with self._edge() as client:
            return [n for n in map(parse.network, client.networks(names=[name])) if n.name == name]

    def network(self, network: str) -> Network | None:
        """A network by its full id; None where it is gone."""
        with self._edge() as client:
            try:
                found = parse.network(cast("parse.Api", client.inspect_network(network)))
            except NotFound:
                return None
        return found if found.id == network else None

    def members(self, network: str) -> list[str]:
        """Full ids of the containers that are attached to a network and run."""
        with self._edge() as client:
            found = client.inspect_network(network).get("Containers") or {}
        return sorted(found)

    def attached(self, network: str) -> list[str]:
        """Full ids of the containers that are attached to a network, running or not."""
        with self._edge() as client:
            found = client.containers(all=True, filters={"network": network})
        return sorted(str(one["Id"]) for one in found)

    def container(self, container: str) -> Container | None:
        """A container by its full id; None where it is gone."""
        with self._edge() as client:
            try:
                found = parse.from_inspect(cast("parse.Api", client.inspect_container(container)))
            except NotFound:
                return None
        return found if found.id == container else None

    def has_image(self, image: str) -> bool:
        """Whether the image is on the host; nothing is ever pulled."""
        with self._edge() as client:
            try:
                client.inspect_image(image)
            except (NotFound, ImageNotFound):
                return False
        return True

    def create_network(self, spec: NetworkCreate, labels: Mapping[str, str]) -> str:
        """Make a network and return its full id. The spec's subnets are explicit."""
        pools = [
            IPAMPool(subnet=subnet, gateway=gateway or None, iprange=ip_range or None)
            for subnet, gateway, ip_range in (
                (spec.subnet, spec.gateway, spec.ip_range),
                (spec.subnet6, spec.gateway6, ""),
            )
            if subnet
        ]
        ipam = IPAMConfig(pool_configs=pools)
        ipam["Options"] = {}  # as the command line sends it: inspected, both look the same
        with self._edge() as client:
            made = client.create_network(
                spec.name,
                driver=spec.driver,
                options=driver_options(spec) or None,
                ipam=ipam,
                check_duplicate=True,
                internal=spec.internal,
                labels={**spec.labels, **labels},
                enable_ipv6=spec.ipv6,
                attachable=spec.attachable or None,
            )
        return str(made["Id"])

    def remove_network(self, network: str) -> None:
        """Remove a network by its full id. One that is gone already is no error."""
        with self._edge() as client:
            try:
                client.remove_network(network)
            except NotFound:
                return

    def connect(self, network: str, container: str, endpoint: Endpoint) -> None:
        """Attach a container; addresses (without prefix), MAC and aliases of the endpoint are asked for where set."""
        with self._edge() as client:
            client.connect_container_to_network(
                container,
                network,
                ipv4_address=endpoint.address or None,
                ipv6_address=endpoint.address6 or None,
                aliases=list(endpoint.aliases) or None,
                mac_address=endpoint.mac or None,
            )

    def disconnect(self, network: str, container: str) -> None:
        """Take a container off a network. One that is not on it is no error."""
        with self._edge() as client:
            try:
                client.disconnect_container_from_network(container, network)
            except NotFound:
                return
            except APIError as error:
                if "is not connected" not in str(error.explanation):
                    raise

    def create_container(self, spec: ContainerRun, labels: Mapping[str, str]) -> str:
        """Make a container, not started yet, and return its full id."""
        with self._edge() as client:
            modern = _at_least(client.api_version, _ENDPOINT_MAC)
            host_config = client.create_host_config(
                network_mode=spec.network, port_bindings=_bindings(spec), publish_all_ports=False
            )
            made = client.create_container(
                spec.image,
                command=list(spec.command) or None,
                name=spec.name,
                labels={**spec.labels, **labels},
                ports=[(port.container_port, port.protocol) for port in spec.ports] or None,
                host_config=host_config,
                networking_config=self._networking(client, spec, modern),
                mac_address=None if modern else spec.mac or None,
            )
        return str(made["Id"])

    def _networking(self, client: Any, spec: ContainerRun, modern: bool) -> Any:
        if spec.network in ("host", "none"):
            return None
        endpoint = EndpointConfig(
            client.api_version,
            aliases=list(spec.aliases) or None,
            ipv4_address=spec.address or None,
            ipv6_address=spec.address6 or None,
            mac_address=(spec.mac or None) if modern else None,
        )
        return client.create_networking_config({spec.network: endpoint})

    def start_container(self, container: str) -> None:
        """Start a container; one that runs already is no error."""
        with self._edge() as client:
            client.start(container)

    def remove_container(self, container: str) -> None:
        """Stop and remove a container by its full id. One that is gone already is no error."""
        with self._edge() as client:
            try:
                client.remove_container(container, force=True, v=True)
            except NotFound:
                return

    @contextmanager
    def _edge(self) -> Iterator[Any]:
        """The client; what it raises becomes an error of ours."""
        try:
            yield self._client()
        except NotFound as error:
            raise Missing(
                f"The engine knows no such object: {error.explanation}",
                code="engine_object_missing",
                params={"engine": str(error.explanation)[:500]},
            ) from error
        except APIError as error:
            raise refusal(error) from error
        except RAISED as error:
            raise mapped(error, self._address) from error

    def _client(self) -> Any:
        if self._kept is None:
            oldest = ".".join(map(str, OLDEST_API))
            asking = docker.APIClient(base_url=self._address, version=oldest, timeout=cast("int", self._timeout))
            try:
                spoken = str(asking.version(api_version=False)["ApiVersion"])
            finally:
                asking.close()
            self._kept = docker.APIClient(base_url=self._address, version=spoken, timeout=cast("int", self._timeout))
        return self._kept


def _bindings(spec: ContainerRun) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for port in spec.ports:
        outside: Sequence[Any] = (port.host_ip, port.host_port or None)
        found.setdefault(f"{port.container_port}/{port.protocol}", []).append(tuple(outside))
    return found


def _at_least(version: str, least: str) -> bool:
    return [int(part) for part in version.split(".")] >= [int(part) for part in least.split(".")]
