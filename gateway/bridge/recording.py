"""`postern record` as the gateway answers it: one recording at a time, asked for and looked at.

The result is a case for `control/recorded.py`. Before it is given away it is searched once more for
every secret that was in play.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gateway import __version__
from gateway.bridge.gateway import Gateway
from gateway.bridge.outcome import steps_of
from gateway.bridge.recorder import Recorder, Take, cut
from gateway.bridge.replies import Answer, done, refused
from gateway.control.policy import client_named, esp_suites, ike_suites
from gateway.control.recorded import Case, build_case, case_to_data
from gateway.control.systems import UNKNOWN
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes

SHORTEST, LONGEST = 10, 86400  # seconds of listening
WAITING, HEARING, DONE, OVER = "waiting", "hearing", "done", "over"
SHORTEST_SECRET: Final = 8  # letters: a shorter one is in any text by chance


def begin(gateway: Gateway, request: Mapping[str, object], now: float) -> Answer:
    """Listen for one client by its name, or for whoever dials from one address."""
    name, peer, seconds = request.get("client"), request.get("peer"), request.get("seconds")
    running = gateway.clients.recorder
    if running is not None and now < running.until:
        return refused(
            "another recording is under way", "Wait until it is over, or end the other command"
        )
    if not isinstance(seconds, int) or not SHORTEST <= seconds <= LONGEST:
        return refused(
            f"a recording listens for {SHORTEST} to {LONGEST} seconds", "Say so with --seconds"
        )
    if isinstance(name, str) and peer is None:
        if client_named(gateway.config, name) is None:
            return refused(f"there is no client {name}", "See `postern clients`")
        recorder = Recorder(name, None, now + seconds)
    elif isinstance(peer, str) and name is None:
        try:
            recorder = Recorder(None, host_bytes(peer), now + seconds)
        except ValueError:
            return refused(f"{peer} is no IPv4 address", "Such as 203.0.113.7, without a port")
    else:
        return refused("a recording is of a client or of an address", "Name one of the two")
    _end(gateway)
    gateway.clients.recorder = recorder
    return done({"state": WAITING})


def look(gateway: Gateway, now: float) -> Answer:
    """How it goes; with the case once the dial is over, after which nothing of it is kept."""
    recorder = gateway.clients.recorder
    if recorder is None:
        return done({"state": OVER})
    take = recorder.finished(now)
    if take is None:
        dialling = recorder.dialling(now)
        if now >= recorder.until and not dialling:
            _end(gateway)
            return done({"state": OVER})
        return done({"state": HEARING if dialling else WAITING})
    _end(gateway)
    case = _case(gateway, take)
    text = build_case(case)
    if any(secret in text for secret in _secrets(gateway, take)):
        return refused(
            "the recording would have held a secret, or a key is a word of any recording",
            "Give the client a longer key, and record again",
        )
    return done({"state": DONE, "case": case_to_data(case)})


def awaited(gateway: Gateway, now: float) -> Answer | None:
    """The same, for who waits: None while there is something to wait for."""
    found = look(gateway, now)
    result = found.get("result")
    waits = isinstance(result, dict) and result["state"] in (WAITING, HEARING)
    return None if waits else found


def stop(gateway: Gateway) -> Answer:
    """The owner has changed their mind."""
    _end(gateway)
    return done({"state": OVER})


def _end(gateway: Gateway) -> None:
    gateway.clients.recorder = None
    for leg in gateway.clients.living():
        leg.recorder = None


def _case(gateway: Gateway, take: Take) -> Case:
    facts = [fact for _, fact in gateway.accounts.of(take.dial)]
    came, found = steps_of(facts)
    client = client_named(gateway.config, take.client)
    config = gateway.config
    systems = [fact.details["system"] for fact in facts if fact.what is What.RECOGNISED]
    return Case(
        made_by=f"postern {__version__}",
        system=systems[-1] if systems else UNKNOWN,
        ike=ike_suites(config) if client is None else client.ike,
        esp=esp_suites(config) if client is None else client.esp,
        natt=config.outside.natt,
        nat_d=config.outside.nat_d,
        came=came,
        found=found,
        lines=cut(take),
    )


def _secrets(gateway: Gateway, take: Take) -> Iterator[str]:
    """As they would stand in a file, by letters or by hexadecimal digits."""
    raw = [client.psk for client in gateway.config.clients]
    raw += [client.psk_old for client in gateway.config.clients if client.psk_old]
    keys = take.keys
    if keys is not None:
        raw += [keys.skeyid, keys.skeyid_d, keys.skeyid_a, keys.cipher_key]
    for secret in raw:
        yield from (
            text
            for text in (secret.hex(), secret.decode("latin-1"))
            if len(text) >= SHORTEST_SECRET
        )
