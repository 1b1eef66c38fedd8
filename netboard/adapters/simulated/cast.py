"""Who lives on a simulated host: services, their projects and the networks they are on."""

from typing import Final, NamedTuple


class NetworkPart(NamedTuple):
    """A network that every simulated host has. `prefix` holds `{n}` where the host's number goes."""

    name: str
    driver: str
    subnet: str
    gateway: str
    project: str = ""
    internal: bool = False


class Service(NamedTuple):
    """A container to be. The first of its networks is its mode."""

    name: str
    image: str
    networks: tuple[str, ...]
    command: str
    project: str = ""
    ports: tuple[tuple[int, int, str], ...] = ()
    """(host port, container port, protocol); the host port grows with each further instance."""
    share: str = ""
    """Shares the namespace of this service's container."""


OVERLAY: Final = "mesh"
PLANT: Final = "plant"

NETWORKS: Final = (
    NetworkPart("bridge", "bridge", "172.17.0.0/16", "172.17.0.1"),
    NetworkPart("host", "host", "", ""),
    NetworkPart("none", "null", "", ""),
    NetworkPart("shop_front", "bridge", "172.20.0.0/24", "172.20.0.1", "shop"),
    NetworkPart("shop_back", "bridge", "172.21.0.0/24", "172.21.0.1", "shop", internal=True),
    NetworkPart("metrics_default", "bridge", "172.22.0.0/24", "172.22.0.1", "metrics"),
    NetworkPart(PLANT, "macvlan", "10.30.0.0/16", "10.30.0.1"),
    NetworkPart(OVERLAY, "overlay", "10.90.0.0/16", "10.90.0.1"),
)

SERVICES: Final = (
    Service("shop-web", "nginx:1.27", ("shop_front",), "nginx -g 'daemon off;'", "shop", ((8080, 80, "tcp"),)),
    Service("shop-api", "shop/api:4.2", ("shop_front", "shop_back", OVERLAY), "gunicorn shop.wsgi", "shop"),
    Service("shop-db", "postgres:17", ("shop_back",), "postgres", "shop"),
    Service("prometheus", "prom/prometheus:v3", ("metrics_default",), "prometheus", "metrics", ((9090, 9090, "tcp"),)),
    Service("plc-gateway", "plant/opcua:2.1", (PLANT,), "opcua-bridge --line 3"),
    Service("shop-cache", "valkey/valkey:9", ("shop_back",), "valkey-server", "shop"),
    Service("grafana", "grafana/grafana:12", ("metrics_default", "shop_front"), "grafana", "metrics"),
    Service("node-exporter", "prom/node-exporter:v1.9", ("host",), "node_exporter"),
    Service("mesh-agent", "mesh/agent:0.9", (OVERLAY,), "agent --join"),
    Service("nightly-report", "shop/report:4.2", ("shop_back",), "report --nightly", "shop"),
    Service("shop-sidecar", "envoyproxy/envoy:v1.33", (), "envoy -c /etc/envoy.yaml", "shop", share="shop-web"),
    Service("resolver", "coredns/coredns:1.12", ("bridge",), "coredns", "", ((5353, 53, "udp"),)),
    Service("historian", "plant/historian:2.0", (PLANT, "metrics_default"), "historian"),
    Service("shop-worker", "shop/api:4.2", ("shop_back",), "celery -A shop worker", "shop"),
    Service("batch", "alpine:3.22", ("none",), "sleep infinity"),
)
STOPPED: Final = "nightly-report"
"""The service that has done its work and stands still."""
