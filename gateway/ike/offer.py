"""The first message of main mode: what is offered, and what of it we take (RFC 2409, 5).

Who it is shows only with the fifth message, so the choice is for all who may be dialling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.ike.choice import IkeChoice, choose_ike, offered_ike
from gateway.ike.errors import Refusal
from gateway.ike.events import Reason
from gateway.ike.header import Header
from gateway.ike.numbers import PRE_SHARED_KEY, RSA_SIGNATURES, Kind, Notify
from gateway.ike.payloads import all_of, one_of, parse_chain
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.proposals import IKE_SUITES, Association, parse_association
from gateway.wire.cursor import Reader


@dataclass(frozen=True, slots=True)
class Offer:
    """The first message; `sai_b` is hashed later as it came."""

    sai_b: bytes
    association: Association
    vendors: tuple[bytes, ...]
    order: tuple[int, ...] = ()  # the types of all its payloads


def parse_offer(header: Header, body: bytes) -> Offer:
    payloads = parse_chain(Reader(body), header.first)
    sai_b = one_of(payloads, Kind.SA, "security association")
    order = tuple(payload.kind for payload in payloads)
    return Offer(sai_b, parse_association(sai_b), tuple(all_of(payloads, Kind.VENDOR)), order)


def choose_suite(offer: Offer, policy: IkePolicy, credentials: Sequence[Credential]) -> IkeChoice:
    """By our order, among what at least one of those who may be dialling may use.

    Who it is shows only with the fifth message. Refusal if nothing fits.
    """
    living = [credential for credential in credentials if not credential.revoked]
    methods = _methods(policy, living)
    ours = [IKE_SUITES[name] for name in policy.ike_suites]
    choice = choose_ike(offer.association, ours, methods)
    if choice is not None:
        return choice
    reason = Reason.NO_COMMON_SUITE
    lapsed = _lapsed_offer(offer, living)
    if not credentials:
        reason = Reason.NO_CLIENT
    elif not living:
        reason = Reason.REVOKED
    elif lapsed:
        reason = Reason.SUITE_LAPSED
    elif choose_ike(offer.association, ours, dict.fromkeys(methods, policy.ike_suites)) is not None:
        reason = Reason.SUITE_NOT_ALLOWED
    told = "offered " + ", ".join(offered_ike(offer.association)) + lapsed
    raise Refusal(reason, told, Notify.NO_PROPOSAL_CHOSEN)


def _lapsed_offer(offer: Offer, credentials: Sequence[Credential]) -> str:
    """Whose time for one of the offered suites is over, if that is so for anybody."""
    for credential in credentials:
        suites = [IKE_SUITES[name] for name in credential.lapsed if name in IKE_SUITES]
        choice = choose_ike(offer.association, suites)
        if choice is not None:
            name = choice.suite.name
            return f"; {credential.name} might use {name} until {credential.lapsed[name]}"
    return ""


def _methods(policy: IkePolicy, credentials: Sequence[Credential]) -> dict[int, frozenset[str]]:
    """Which suites somebody who may be dialling may use, by the way in which it proves itself."""
    keys = [one.ike_suites for one in credentials if one.psk]
    certificates = [one.ike_suites for one in credentials if one.certificate is not None]
    methods = {PRE_SHARED_KEY: frozenset[str]().union(*keys)} if keys else {}
    if certificates and policy.signing is not None:
        methods[RSA_SIGNATURES] = frozenset[str]().union(*certificates)
    return methods
