"""What each mistake of a peer may be answered with."""

from gateway.ike.errors import BadHash, BadProposal, BadSituation, IkeError, Refusal, counted_as
from gateway.ike.events import Reason
from gateway.ike.numbers import Notify
from gateway.wire.cursor import Truncated, WireError


def test_all_are_the_peers_fault() -> None:
    assert issubclass(IkeError, WireError)


def test_a_malformed_payload_and_an_unknown_situation_have_answers_of_their_own() -> None:
    assert BadProposal("").answer == Notify.PAYLOAD_MALFORMED
    assert BadSituation("").answer == Notify.SITUATION_NOT_SUPPORTED


def test_a_refusal_carries_reason_detail_and_answer() -> None:
    refusal = Refusal(Reason.NO_COMMON_SUITE, "offered des", Notify.NO_PROPOSAL_CHOSEN)
    assert (refusal.reason, str(refusal)) == (Reason.NO_COMMON_SUITE, "offered des")
    assert refusal.answer == Notify.NO_PROPOSAL_CHOSEN


def test_each_kind_is_counted_under_a_name() -> None:
    assert counted_as(BadHash("")) == "bad hash"
    assert counted_as(BadProposal("")) == "bad payload"
    assert counted_as(Truncated("")) == "bad payload"
