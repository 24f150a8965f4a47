"""One combination, played: a scripted client dials the whole gateway on the virtual clock."""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, Final

from gateway.bridge.views import session_views
from gateway.control.config import Client, Config, OwnCertificate
from gateway.control.defaults import DEFAULTS
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from gateway.x509.certificate import parse_certificate
from gateway.x509.crl import parse_crl
from gateway.x509.keys import read_private_pem
from gateway.x509.path import Authority
from gateway.x509.rule import parse_rule
from tests import pki
from tests.matrix.axes import ROUTES, SUITES, WITHOUT_NAT, Cell
from tests.matrix.policy import LET_IN, is_weak, wanted
from tests.pair import gateway_world, native_world
from tests.pair.gateway_world import CLIENT, NAT, OUTSIDE, TODAY, World, client_entry
from tests.pair.nat import Nat
from tests.pair.native_world import Native
from tests.pair.net import seeded
from tests.pair.old_world import PUBLIC
from tests.pair.peers.ike_profiles import NATT, Profile
from tests.pair.peers.ike_signer import Signer
from tests.pair.peers.old_box import OldBox
from tests.pair.peers.old_clients import CLIENTS
from tests.pair.peers.ppp_end import IP

PATIENCE: Final = 5.0  # seconds from the dial until it is up or refused
WAYS_OF_OLD: Final = {way.vendor for way in NATT.values()}
STRONG_IKE, STRONG_ESP = tuple(DEFAULTS["client"]["ike"]), tuple(DEFAULTS["client"]["esp"])
WEAK_IKE = tuple(sorted({ike for ike, _ in SUITES if is_weak(ike)}))
WEAK_ESP = tuple(sorted({esp for _, esp in SUITES if is_weak(esp)}))
# Who dials, by authentication: the name of the entry, and the key typed in at the machine.
KEYS: Final = {
    "key": ("press", "key of the press"),
    "key in quarantine": ("lathe", "key of the lathe"),
    "key whose quarantine is over": ("drill", "key of the drill"),
    "key that is revoked": ("saw", "key of the saw"),
    "wrong key": ("", "key of nobody"),
}
NAMES: Final = {"certificate": "mill", "certificate that is revoked": "plane"}
NAMES_OF_STRANGER: Final = {"certificate of a stranger": "mill"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`result` is passed, refused (as wanted) or failed; `why` says what the gateway said."""

    cell: Cell
    result: str
    why: str

    def as_json(self) -> dict[str, str]:
        return {**asdict(self.cell), "result": self.result, "why": self.why}


def play(cell: Cell) -> Outcome:
    """What became of it, held against what was wanted."""
    world = _world(cell.route)
    box = _box(world, cell)
    world.net.send(box.dial(world.net.now))
    world.net.run_for(PATIENCE)
    reason = wanted(cell)
    wrong = _not_up(world, box, cell) if reason == LET_IN else _not_refused(world, box, reason)
    if wrong:
        return Outcome(cell, "failed", wrong)
    return Outcome(cell, "passed" if reason == LET_IN else "refused", reason)


def _not_up(world: World, box: OldBox, cell: Cell) -> str:
    """What lacks of a session as the cell has it, with a frame each way."""
    if not box.up:
        return f"not up: {_refusals(world) or 'no refusal either'}; {box.errors}"
    [view] = session_views(world.core, world.net.now)
    found = (view.state, view.natt, view.ike_suite, view.esp_suite, view.client)
    names = {who: name for who, (name, _) in KEYS.items()} | NAMES
    hoped = ("up", cell.natt, cell.ike, cell.esp, names[cell.authentication])
    if found != hoped:
        return f"{found} instead of {hoped}"
    kind = "PPTP" if cell.route == ROUTES[0] else "L2TP/IPsec"
    if view.inside_kind != kind:
        return f"the server speaks {view.inside_kind}"
    return _not_heard(world, box) or "; ".join(map(str, world.errors() + box.errors))


def _not_heard(world: World, box: OldBox) -> str:
    if isinstance(world, Native):
        [end] = world.native.ends.values()
        [call] = end.ppp
        link = end.ppp[call]
        down = world.native.send_data(end, call, IP, b"down")
    else:
        found = world.server.line.ppp
        assert found is not None
        link, down = found, world.server.send_data(world.server.line, IP, b"down")
    before = len(box.ppp.got), len(link.got)
    world.net.send(down)
    world.net.send(box.send(IP, b"up", world.net.now))
    world.net.run_for(0.25)
    heard = len(box.ppp.got) - before[0], len(link.got) - before[1]
    return "" if heard == (1, 1) else f"frames heard by client and server: {heard}"


def _not_refused(world: World, box: OldBox, reason: str) -> str:
    said = _refusals(world)
    if box.up or world.core.sessions:
        return f"up, and should have been refused: {reason}"
    if not said or any(reason not in each for each in said):
        return f"refused by {said} and not: {reason}"
    return ""


def _refusals(world: World) -> list[str]:
    return [str(fact.details["reason"]) for fact in world.facts(What.REFUSED)]


def _box(world: World, cell: Cell) -> OldBox:
    """A machine of that kind that offers this way and these suites alone."""
    direct = cell.natt == WITHOUT_NAT
    ways = () if direct else (NATT[cell.natt].vendor,)
    kind = CLIENTS[cell.client]
    vendors = tuple(each for each in kind.ike.vendors if each not in WAYS_OF_OLD)
    suite = SUITES[cell.ike, cell.esp]
    profile = replace(kind.ike, vendors=vendors + ways, suites=(suite.ike,), esp=(suite.esp,))
    here, host = PUBLIC if direct else CLIENT, OUTSIDE
    _, psk = KEYS.get(cell.authentication, ("", ""))
    places = host_bytes(here), host_bytes(host)
    box = OldBox(replace(kind, ike=profile), *places, psk.encode(), seeded(1))
    if not psk:
        box.ike = _signer(cell.authentication, profile, *places)
    world.clients.append(box)
    world.net.join(box, here, nat=None if direct else Nat(NAT))
    return box


def _signer(who: str, profile: Profile, here: bytes, gateway: bytes) -> Signer:
    root = pki.authority("Other CA" if who in NAMES_OF_STRANGER else "Works CA")
    me = pki.machine(root, (NAMES | NAMES_OF_STRANGER)[who])
    return Signer(profile, here, gateway, seeded(2), me, roots=(pki.authority("Works CA"),))


def _world(route: str) -> World:
    """A gateway that knows all machines, every one with this route."""
    name = "nt4" if route == ROUTES[0] else "w2k"
    entries = _entries(name)
    world: World
    if route == ROUTES[0]:
        world = gateway_world.meet(*entries)
    else:
        world = native_world.meet(*entries, each=route == ROUTES[2])
    world.ask(world.core.reload(_certified(world.core.config), world.net.now))
    return world


def _entries(route: str) -> list[Client]:
    usual: dict[str, Any] = {"ike": STRONG_IKE, "esp": STRONG_ESP, "route": route}
    weak = {
        "ike": STRONG_IKE + WEAK_IKE,
        "esp": STRONG_ESP + WEAK_ESP,
        "weak_reason": "its controller knows no other",
    }
    more: dict[str, dict[str, Any]] = {
        "lathe": {**weak, "weak_until": TODAY + timedelta(days=10)},
        "drill": {**weak, "weak_until": TODAY - timedelta(days=1)},
        "saw": {"revoked": True},
    }
    keyed = [
        client_entry(name, psk, **(usual | more.get(name, {})))
        for name, psk in KEYS.values()
        if name
    ]
    signed = [
        client_entry(name, "", certificate=parse_rule(f"CN={name}"), **usual)
        for name in NAMES.values()
    ]
    return keyed + signed


def _certified(config: Config) -> Config:
    own, works = _papers()
    return replace(config, certificates=(own,), authorities=(works,))


@cache
def _papers() -> tuple[OwnCertificate, Authority]:
    """The gateway's own certificate, and the authority with its list of the revoked."""
    root = pki.authority("Works CA")
    ours = pki.machine(root, "gateway")
    lost = pki.machine(root, NAMES["certificate that is revoked"])
    crl = parse_crl(pki.list_der(root, lost.certificate.serial_number))
    own = OwnCertificate("own", (parse_certificate(ours.der),), read_private_pem(ours.key_pem))
    return own, Authority("works", parse_certificate(root.der), crl=crl)
