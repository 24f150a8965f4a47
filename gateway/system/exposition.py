"""Figures as the text that Prometheus reads. The one import of its library."""

from collections.abc import Iterable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from gateway.control.metrics import Kind, Sample, grouped

CONTENT_TYPE: str = CONTENT_TYPE_LATEST


class _Told(Collector):
    """These samples, and nothing of the process that gives them out."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        for family, samples in grouped(self._samples):
            name = (
                family.name.removesuffix("_total") if family.kind is Kind.COUNTER else family.name
            )
            found = Metric(name, family.doc, family.kind.value)
            for one in samples:
                found.add_sample(one.name, dict(one.labels), one.value)
            yield found


def text_of(samples: Iterable[Sample]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(samples))
    return generate_latest(registry)
