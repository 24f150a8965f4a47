"""The gateway in figures, for whoever gives them to Prometheus."""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from gateway.bridge.gateway import Gateway
from gateway.bridge.session import Session
from gateway.bridge.tally import BOUNDS, Tally
from gateway.bridge.views import session_view, state_of
from gateway.control.metrics import Sample
from gateway.control.sessions import SessionView
from gateway.control.stages import IN_IKE, stage_of
from gateway.esp.errors import Drop
from gateway.outputs import What

KINDS = {"PPTP": "pptp", "L2TP/IPsec": "l2tp"}  # what a server speaks, as a label; else "local"
SPI = "spi"  # the reason by which dashboards know ESP without an SA
# Counts that have a family of their own.
TOLD = ("esp_", "ike_strangers_untold")


def figures(gateway: Gateway, now: float) -> list[Sample]:
    """Everything that has few series, however many dial."""
    return [
        Sample("postern_uptime_seconds", round(now - gateway.started, 3)),
        Sample("postern_warnings", sum(one.warning for one in gateway.watch.notices(now))),
        *_sessions(gateway),
        *_ike(gateway),
        *_dials(gateway.tally),
        *_esp(gateway),
        *_servers(gateway),
        *counted(gateway.counters()),
    ]


def session_figures(gateway: Gateway, now: float) -> list[Sample]:
    """Some of each session: only where the owner wants them."""
    found: list[Sample] = []
    for session in gateway.sessions.values():
        found += _of_session(session_view(session, now))
    return found


def counted(counters: dict[str, int]) -> Iterator[Sample]:
    """Counts that have no family of their own."""
    for name, count in sorted(counters.items()):
        if not name.startswith(TOLD):
            yield Sample("postern_counted_total", count, {"what": name.replace(" ", "_")})


def _sessions(gateway: Gateway) -> Iterator[Sample]:
    found: Counter[tuple[str, str, str]] = Counter()
    for session in gateway.sessions.values():
        found[_kind(session), session.leg.natt, state_of(session)] += 1
    for (kind, natt, state), count in sorted(found.items()):
        labels = {"kind": kind, "natt": natt, "state": state}
        yield Sample("postern_sessions", count, labels)


def _kind(session: Session) -> str:
    return KINDS.get(session.inside.kind, "local")


def _ike(gateway: Gateway) -> Iterator[Sample]:
    up = sum(bool(phase.client) for phase in gateway.clients.phases.values())
    for prefix in ("postern", "ipsec"):
        yield Sample(f"{prefix}_ike_sas", up)
        yield Sample(f"{prefix}_half_open_ike_sas", gateway.clients.ike.half_open)
    yield Sample("postern_strangers_untold_total", gateway.clients.untold)


def _dials(tally: Tally) -> Iterator[Sample]:
    yield Sample("postern_dials_total", tally.facts[What.DIAL_STARTED])
    yield Sample("postern_sessions_opened_total", tally.facts[What.PPP_UP])
    yield Sample("postern_sessions_closed_total", tally.facts[What.SESSION_CLOSED])
    bounds = [*map(str, BOUNDS), "+Inf"]
    for bound, count in zip(bounds, accumulate(tally.setups), strict=True):
        yield Sample("postern_session_setup_seconds_bucket", count, {"le": bound})
    yield Sample("postern_session_setup_seconds_sum", round(tally.setup_seconds, 3))
    yield Sample("postern_session_setup_seconds_count", sum(tally.setups))
    for cause, count in tally.failures.items():
        stage = stage_of(cause)
        name = "ike" if stage in IN_IKE else "dial"
        labels = {"phase": stage, "reason": cause.value}
        yield Sample(f"postern_{name}_failures_total", count, labels)


def _esp(gateway: Gateway) -> Iterator[Sample]:
    clients = gateway.clients
    pairs = (pair for leg in clients.living() for pair in leg.pairs.values())
    halves = [half for pair in pairs for half in (pair.inbound, pair.outbound)]
    found = clients.carried.with_living(halves)
    for direction in ("in", "out"):
        labels = {"direction": direction}
        yield Sample("postern_esp_packets_total", found.packets[direction], labels)
        yield Sample("postern_esp_bytes_total", found.payload[direction], labels)
    drops = found.drops + Counter({one.name.lower(): clients.sas.drops[one] for one in Drop})
    for reason in Drop:
        word = SPI if reason is Drop.NO_SA else reason.name.lower()
        yield Sample("postern_esp_drops_total", drops[reason.name.lower()], {"reason": word})


def _servers(gateway: Gateway) -> Iterator[Sample]:
    for server in gateway.board.servers.known():
        labels = {"route": server.route.name, "server": str(server.endpoint)}
        yield Sample("postern_inside_up", server.down_since is None, labels)


def _of_session(view: SessionView) -> Iterator[Sample]:
    who = {"session": str(view.id), "client": view.client, "route": view.route}
    shown = {**who, "state": view.state, "natt": view.natt, "system": view.system}
    yield Sample("postern_session_info", 1, shown)
    yield Sample("postern_session_age_seconds", view.since, who)
    for direction, size, frames in (
        ("in", view.bytes_in, view.frames_in),
        ("out", view.bytes_out, view.frames_out),
    ):
        labels = {**who, "direction": direction}
        yield Sample("postern_session_bytes_total", size, labels)
        yield Sample("postern_session_frames_total", frames, labels)
    yield Sample("postern_session_drops_total", sum(view.drops.values()), who)
