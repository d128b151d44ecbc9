"""The one figure both tiers tell alike: how their jailed reads of recordings ended. Knows no jail."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector


class DecodeExits(Collector):
    """`stemify_decode_child_exit_total{reason}`, asked of `endings` at each scrape."""

    def __init__(self, endings: Callable[[], Mapping[str, int]]) -> None:
        self._endings = endings

    def collect(self) -> Iterator[Metric]:
        """Read now."""
        family = CounterMetricFamily(
            "stemify_decode_child_exit", "Jailed reads of recordings, by how they ended.", labels=["reason"]
        )
        for reason, count in self._endings().items():
            family.add_metric([reason], count)
        yield family
