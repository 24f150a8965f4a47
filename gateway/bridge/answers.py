"""What the control socket answers about sessions: one request in, one answer out.

`{"ok": true, "result": ...}` or `{"ok": false, "error": ..., "hint": ...}`; the asking end is
`user/client.py`.
"""

from collections.abc import Mapping

from gateway.bridge import guest, recording
from gateway.bridge.cases import case_of, overview
from gateway.bridge.gateway import Gateway
from gateway.bridge.replies import Answer, done, refused
from gateway.bridge.tell import By
from gateway.bridge.views import session_view, session_views
from gateway.control.accounting import told_to_json
from gateway.control.diagnose import diagnose
from gateway.control.diagnosis import diagnosis_to_json
from gateway.control.explain import account
from gateway.control.sessions import to_json
from gateway.outputs import Output
from gateway.wire.ipv4 import host_text
from gateway.wire.udp import Endpoint

ASKED = "the owner of the gateway ended it"


def answer(
    gateway: Gateway, request: Mapping[str, object], now: float
) -> tuple[Answer, list[Output]]:
    """The answer, and what the gateway wants done because of it."""
    match request.get("verb"):
        case "sessions":
            return done([to_json(view) for view in session_views(gateway, now)]), []
        case "session":
            return _session(gateway, request.get("id"), now), []
        case "explain":
            return _explain(gateway, request.get("word"), now), []
        case "accounting":
            return _accounting(gateway, request, now), []
        case "disconnect":
            return _disconnect(gateway, request, now)
        case "probe":
            return _probe(gateway, request, now), []
        case "record":
            return recording.begin(gateway, request, now), []
        case "recorded":
            return recording.look(gateway, now), []
        case "record-stop":
            return recording.stop(gateway), []
    return refused("this daemon does not know that", "Compare the versions: `postern version`"), []


def _session(gateway: Gateway, number: object, now: float) -> Answer:
    if not isinstance(number, int):
        return refused("a session has a number", "See `postern sessions`")
    session = gateway.sessions.get(number)
    entries = gateway.accounts.of(number)
    if session is None and not entries:
        return refused(f"there is no dial {number} in memory", "See `postern sessions`")
    return done(
        {
            "session": None if session is None else to_json(session_view(session, now)),
            "account": [{"ms": told.ms, "text": told.text} for told in account(entries)],
        }
    )


def _explain(gateway: Gateway, word: object, now: float) -> Answer:
    """Why one machine does not connect; without a word, how each is that was heard of."""
    if word is None:
        found = [
            {"machine": name, "diagnosis": diagnosis_to_json(one)}
            for name, one in overview(gateway, now)
        ]
        return done({"machines": found})
    case = case_of(gateway, word, now) if isinstance(word, str) else None
    if case is None:
        hint = "Name it as in postern.toml, or by the outside address it comes from"
        return refused(f"{word!r} is no client's name and no address", hint)
    return done({"diagnoses": [diagnosis_to_json(one) for one in diagnose(case)]})


def _accounting(gateway: Gateway, request: Mapping[str, object], now: float) -> Answer:
    """What began and ended behind a number, and on demand all that is up."""
    if gateway.config.accounting.server is None:
        return refused("nobody keeps accounts of sessions", "Write [accounting] and reload")
    behind = request.get("behind")
    if type(behind) is not int:
        return refused("what was told last has a number", "Compare the versions: `postern version`")
    return done(told_to_json(gateway.ledger.tell(behind, request.get("living") is True, now)))


def _disconnect(
    gateway: Gateway, request: Mapping[str, object], now: float
) -> tuple[Answer, list[Output]]:
    number, client = request.get("id"), request.get("client")
    numbers = [
        one.number
        for one in gateway.sessions.values()
        if one.number == number or (client is not None and one.leg.client == client)
    ]
    if not numbers:
        who = f"session {number}" if client is None else f"session of {client}"
        return refused(f"there is no {who}", "See `postern sessions`"), []
    found: list[Output] = []
    for one in numbers:
        found += gateway.disconnect(one, ASKED, now, By.OWNER)
    return done({"closed": numbers}), found


def _probe(gateway: Gateway, request: Mapping[str, object], now: float) -> Answer:
    """Expect one dial from a port of this machine, with the key that comes with the request."""
    port, key = request.get("port"), request.get("key")
    psk = _octets(key)
    if type(port) is not int or not 0 < port < 65536 or len(psk) < guest.SHORTEST_KEY:
        return refused("a probe has a port and a key of its own", "See `postern health`")
    there = Endpoint(guest.LOOPBACK, port)
    gateway.admit(guest.Guest(there, psk, now + guest.STAYS))
    return done({"host": host_text(guest.LOOPBACK), "seconds": guest.STAYS})


def _octets(text: object) -> bytes:
    """What hexadecimal digits stand for; nothing at all if they are none."""
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""
