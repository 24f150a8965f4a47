"""An authenticated client as a value that outlives this process, and the client made of it again.

Kept is what stands: its phase 1 SAs and its pairs. What is under way is not: of a quick mode that
waits for its third message the pair is kept, and shows by its first packet that the client has it.
"""

from array import array
from dataclasses import dataclass, field
from typing import Final

from gateway.ike.choice import Life
from gateway.ike.keys import Keys
from gateway.ike.nat import VARIANTS, Answer, Nat
from gateway.ike.peers import Peer
from gateway.ike.phase1 import Dpd, Phase1, Secured
from gateway.ike.phase2 import Pair
from gateway.ike.proposals import IKE_SUITES
from gateway.ike.resend import Used
from gateway.ike.steps import Step
from gateway.wire.udp import Endpoint
from gateway.x509.certificate import parse_certificate

DPD_JUMP: Final = 64  # numbers of questions that may have been asked since (RFC 3706, 5.4)
_IDS: Final = "big"


@dataclass(frozen=True, slots=True)
class SecuredState:
    """The keys of `Secured`; hash and cipher are the suite's."""

    skeyid: bytes = field(repr=False)
    skeyid_d: bytes = field(repr=False)
    skeyid_a: bytes = field(repr=False)
    cipher_key: bytes = field(repr=False)
    last_block: bytes
    esp_suites: tuple[str, ...]
    old_key: bool


@dataclass(frozen=True, slots=True)
class Phase1State:
    """`used` are message IDs, four bytes each."""

    sa: int
    cookie_i: bytes
    cookie_r: bytes
    opened_from: Endpoint
    local: Endpoint
    peer: Endpoint
    suite: str
    life: Life
    variant: str | None
    expires: float
    dpd: tuple[int, int] | None  # ours and heard
    method: int
    fragments: bool
    whole: int
    answer: str
    nat: Nat
    hidden: bool
    secured: SecuredState
    used: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PairState:
    sa: int
    spi_in: int
    spi_out: int
    expires: float


@dataclass(frozen=True, slots=True)
class PeerState:
    """`shown` are certificates, its own first."""

    credential: str
    identity: str
    endpoint: Endpoint
    esp: Endpoint | None
    psk: bytes = field(repr=False)
    shown: tuple[bytes, ...] = field(repr=False)
    phases: tuple[Phase1State, ...]
    pairs: tuple[PairState, ...]


def snapshot(peer: Peer) -> PeerState:
    return PeerState(
        credential=peer.credential,
        identity=peer.identity,
        endpoint=peer.endpoint,
        esp=peer.esp,
        psk=peer.psk,
        shown=tuple(each.der for each in peer.shown),
        phases=tuple(map(_phase_state, peer.phases)),
        pairs=tuple(PairState(p.sa, p.spi_in, p.spi_out, p.expires) for p in peer.pairs.values()),
    )


def restore(state: PeerState, now: float) -> Peer:
    """In no table yet. It counts as heard of now. WireError or ValueError if nobody made that."""
    shown = tuple(map(parse_certificate, state.shown))
    peer = Peer(
        state.credential, state.identity, state.endpoint, now, state.psk, shown, esp=state.esp
    )
    peer.phases = [_phase_of(each, peer) for each in state.phases]
    peer.pairs = {p.spi_in: Pair(p.sa, p.spi_in, p.spi_out, p.expires) for p in state.pairs}
    return peer


def _phase_state(phase: Phase1) -> Phase1State:
    dpd, secured = phase.dpd, phase.secured()
    return Phase1State(
        sa=phase.sa,
        cookie_i=phase.cookie_i,
        cookie_r=phase.cookie_r,
        opened_from=phase.opened_from,
        local=phase.local,
        peer=phase.peer,
        suite=phase.suite.name,
        life=phase.life,
        variant=None if phase.variant is None else phase.variant.name,
        expires=phase.expires,
        dpd=None if dpd is None else (dpd.ours + dpd.open, dpd.heard),
        method=phase.method,
        fragments=phase.fragments,
        whole=phase.whole,
        answer=phase.answer.value,
        nat=phase.nat,
        hidden=phase.hidden,
        secured=SecuredState(
            secured.keys.skeyid,
            secured.keys.skeyid_d,
            secured.keys.skeyid_a,
            secured.keys.cipher_key,
            secured.last_block,
            tuple(sorted(secured.esp_suites)),
            secured.old_key,
        ),
        used=b"".join(each.to_bytes(4, _IDS) for each in phase.used.ids),
    )


def _phase_of(state: Phase1State, peer: Peer) -> Phase1:
    if state.suite not in IKE_SUITES:
        raise ValueError(f"no suite is called {state.suite}")
    suite, kept = IKE_SUITES[state.suite], state.secured
    keys = Keys(
        suite.hash, suite.cipher, kept.skeyid, kept.skeyid_d, kept.skeyid_a, kept.cipher_key
    )
    dpd = None if state.dpd is None else Dpd(state.dpd[0] + DPD_JUMP, heard=state.dpd[1])
    return Phase1(
        sa=state.sa,
        cookie_i=state.cookie_i,
        cookie_r=state.cookie_r,
        opened_from=state.opened_from,
        local=state.local,
        peer=state.peer,
        suite=suite,
        life=state.life,
        variant=next((each for each in VARIANTS if each.name == state.variant), None),
        sai_b=b"",  # of main mode, which is over
        expires=state.expires,
        dpd=dpd,
        method=state.method,
        fragments=state.fragments,
        whole=state.whole,
        step=Step.ESTABLISHED,
        answer=Answer(state.answer),
        nat=state.nat,
        hidden=state.hidden,
        keys_of=Secured(
            keys,
            kept.last_block,
            peer.credential,
            frozenset(kept.esp_suites),
            peer.identity,
            peer.psk,
            kept.old_key,
            peer.shown,
        ),
        used=Used(ids=_ids(state.used)),
    )


def _ids(packed: bytes) -> "array[int]":
    places = range(0, len(packed) - 3, 4)
    return array("I", [int.from_bytes(packed[at : at + 4], _IDS) for at in places])
