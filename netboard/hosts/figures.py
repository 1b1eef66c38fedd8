"""The board's figures for Prometheus. What other parts register with the default registry is shown beside them."""

from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from netboard.hosts import health


class HealthCollector(Collector):
    """Asks every part at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """Gauges: ready, each part, each observer with its sources."""
        ready, parts = health.report()
        yield GaugeMetricFamily("netboard_ready", "1 if the board is ready", value=float(ready))
        up = GaugeMetricFamily("netboard_part_up", "1 if this part answers", labels=["part"])
        for name, part in parts.items():
            if name != "observers":
                up.add_metric([name], float(bool(part.get("ok"))))
        yield up
        yield from self._observers(parts.get("observers", {}))

    def _observers(self, observers: dict[str, dict[str, object]]) -> Iterator[Metric]:
        age = GaugeMetricFamily(
            "netboard_observer_age_seconds", "Seconds since the observer's last heartbeat", labels=["host"]
        )
        live = GaugeMetricFamily("netboard_source_live", "1 if this source of a host speaks", labels=["host", "source"])
        checks = GaugeMetricFamily("netboard_checks", "Comparisons with a fresh dump", labels=["host"])
        differences = GaugeMetricFamily(
            "netboard_differences", "What comparisons found that no event had told; should be 0", labels=["host"]
        )
        for host, found in observers.items():
            for family, key in ((age, "age_s"), (checks, "checks"), (differences, "differences")):
                value = found.get(key)
                if isinstance(value, int | float):
                    family.add_metric([host], float(value))
            sources = found.get("sources")
            for name, source in sources.items() if isinstance(sources, dict) else ():
                live.add_metric([host, name], float(bool(found.get("ok")) and source.get("state") == "live"))
        yield from (age, live, checks, differences)


def exposition() -> bytes:
    """All figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HealthCollector())
    return generate_latest(registry) + generate_latest(REGISTRY)
