"""Every figure there is for Prometheus: its name, what it means, and how it goes from who counts
to who gives it out.

Labels are words of our own or names of the configuration: how many there are is bounded by the
program and its owner, never by who dials. What is of single sessions is apart (`SESSIONS`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

MOST_SAMPLES: Final = 50_000  # of one answer: some for each of a thousand sessions


class Kind(Enum):
    """The value is Prometheus' own word."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One family. `labels` are all that its samples may have."""

    name: str
    kind: Kind
    doc: str
    labels: tuple[str, ...] = ()

    @property
    def samples(self) -> tuple[str, ...]:
        """The names of its samples."""
        if self.kind is Kind.HISTOGRAM:
            return tuple(f"{self.name}_{end}" for end in ("bucket", "sum", "count"))
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


_G, _C = Kind.GAUGE, Kind.COUNTER

OF_EXPORTER: Final = (
    Metric("postern_up", _G, "Whether the gateway answered when it was asked."),
    Metric(
        "postern_build_info",
        _G,
        "Always 1: what runs, in which slot of which board; empty where there is none.",
        ("version", "slot", "board"),
    ),
)
OF_GATEWAY: Final = (
    Metric("postern_uptime_seconds", _G, "Since the gateway was started."),
    Metric("postern_resident_memory_bytes", _G, "Memory of the gateway."),
    Metric("postern_rules_in_place", _G, "Whether the packet rules are there."),
    Metric("postern_config_problems", _G, "Of the last reload, if it was refused."),
    Metric("postern_config_age_seconds", _G, "Since the configuration was last read."),
    Metric("postern_warnings", _G, "Keys and suites whose last day is near or that are in use."),
    Metric(
        "postern_sessions",
        _G,
        "Sessions by what the server speaks, way of NAT traversal and state.",
        ("kind", "natt", "state"),
    ),
    Metric("postern_ike_sas", _G, "Main modes that are up."),
    Metric("postern_half_open_ike_sas", _G, "Main modes under way."),
    Metric("ipsec_ike_sas", _G, "postern_ike_sas, as other exporters call it."),
    Metric("ipsec_half_open_ike_sas", _G, "postern_half_open_ike_sas, as others call it."),
    Metric("postern_dials_total", _C, "Dials that began, as far as they are told of."),
    Metric("postern_sessions_opened_total", _C, "Sessions in which PPP came up."),
    Metric("postern_sessions_closed_total", _C, "Sessions that ended."),
    Metric(
        "postern_session_setup_seconds",
        Kind.HISTOGRAM,
        "From a client's first packet until PPP was up.",
        ("le",),
    ),
    Metric(
        "postern_ike_failures_total",
        _C,
        "Refusals in IKE, by phase and by the cause that `postern explain` names.",
        ("phase", "reason"),
    ),
    Metric(
        "postern_dial_failures_total",
        _C,
        "Refusals behind IKE: in L2TP, at the server, in PPP.",
        ("phase", "reason"),
    ),
    Metric("postern_strangers_untold_total", _C, "Dials too many to be told of one by one."),
    Metric("postern_esp_packets_total", _C, "ESP of clients that got through.", ("direction",)),
    Metric("postern_esp_bytes_total", _C, "What was inside it, in bytes.", ("direction",)),
    Metric("postern_esp_drops_total", _C, "ESP of clients that did not.", ("reason",)),
    Metric("postern_nfqueue_depth", _G, "Packets that wait in a netfilter queue.", ("queue",)),
    Metric(
        "postern_nfqueue_dropped_total", _C, "Packets lost since the queue was full.", ("queue",)
    ),
    Metric(
        "postern_inside_up",
        _G,
        "Whether a server is there, of routes that have several.",
        ("route", "server"),
    ),
    Metric("postern_counted_total", _C, "Every other count of `postern status`.", ("what",)),
)
OF_BOX: Final = (
    Metric(
        "postern_config_unconfirmed_seconds",
        _G,
        "For how long a change has waited to be confirmed; 0 without one.",
    ),
    Metric("postern_slot_good", _G, "Whether a slot has proved itself.", ("slot",)),
    Metric("postern_boot_fallbacks", _G, "Slots that did not start well and were left."),
    Metric("postern_clock_trusted", _G, "Whether the clock was set or can be right."),
    Metric("postern_watchdog_armed", _G, "Whether a watchdog runs."),
    Metric("postern_board_known", _G, "Whether the board is the one that its profile is of."),
    Metric("postern_disk_used_ratio", _G, "How much of the disk's life is used.", ("disk",)),
    Metric("postern_box_age_seconds", _G, "Since the box agent told the figures of the box."),
)
_OF_SESSION: Final = ("session", "client", "route")
SESSIONS: Final = (
    Metric("postern_session_info", _G, "Always 1.", (*_OF_SESSION, "state", "natt", "system")),
    Metric("postern_session_age_seconds", _G, "Since the dial.", _OF_SESSION),
    Metric("postern_session_bytes_total", _C, "PPP, in bytes.", (*_OF_SESSION, "direction")),
    Metric("postern_session_frames_total", _C, "PPP frames.", (*_OF_SESSION, "direction")),
    Metric("postern_session_drops_total", _C, "What did not get through.", _OF_SESSION),
)
METRICS: Final = (*OF_EXPORTER, *OF_GATEWAY, *OF_BOX)
_BY_SAMPLE: Final = {
    sample: metric for metric in (*METRICS, *SESSIONS) for sample in metric.samples
}


def grouped(samples: Iterable[Sample]) -> Iterator[tuple[Metric, list[Sample]]]:
    """By family, in the order above; what is no figure of ours is left out."""
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        metric = _BY_SAMPLE.get(sample.name)
        if metric is not None and set(sample.labels) <= set(metric.labels):
            found.setdefault(metric.name, []).append(sample)
    for metric in (*METRICS, *SESSIONS):
        if metric.name in found:
            yield metric, found[metric.name]


def samples_to_json(samples: Iterable[Sample]) -> list[object]:
    return [[one.name, one.value, dict(one.labels)] for one in samples]


def samples_from_json(data: object) -> list[Sample]:
    """What another process has told; ValueError if it is none of it."""
    if not isinstance(data, list) or len(data) > MOST_SAMPLES:
        raise ValueError("there is no list of figures")
    return [_sample(one) for one in data]


def _sample(data: object) -> Sample:
    match data:
        case [str(name), int() | float() as value, dict() as labels] if all(
            isinstance(one, str) for pair in labels.items() for one in pair
        ):
            return Sample(name, float(value), labels)
    raise ValueError("a figure is none")
