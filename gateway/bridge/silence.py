"""Who of a session was to be heard of by now, and was not."""

from typing import Final, Protocol

from gateway.bridge.inside_leg import InsideLeg
from gateway.bridge.pptp_leg import PptpLeg
from gateway.outputs import Fact, Output, What

HEARD_WITHIN: Final = 8.0  # seconds after its call is up in which both ends speak
DATA_WITHIN: Final = 60.0  # seconds after PPP is up in which data passes, if it ever does


class Heard(Protocol):
    """What a session has counted. `control_in` and `control_out` are of the frames too, and so is
    what the gateway itself has said to the client; `from_server` is what the server has. Only
    `uncounted`, which are of `control_in`, will be of the frames when the kernel has told."""

    inside: InsideLeg
    client_ip: str
    frames_in: int
    frames_out: int
    from_server: int
    control_in: int
    control_out: int
    uncounted: int

    def fact(self, what: What, details: dict[str, str]) -> Fact: ...


def data_frames(session: Heard) -> tuple[int, int]:
    """Frames that negotiate nothing: from the client, and to it."""
    came = session.frames_in - (session.control_in - session.uncounted)
    return came, max(0, session.frames_out - session.control_out)


def tell_silence(session: Heard) -> list[Output]:
    """Nothing if all were heard of. Asked once after the call is up, and once after PPP is."""
    if session.client_ip:
        return _tell_idle(session)
    quiet = {**_of_server(session), "ppp": not session.frames_in}
    waited = f"{HEARD_WITHIN:.0f}"
    return [
        session.fact(What.SILENCE, {"where": end, "seconds": waited}) for end in quiet if quiet[end]
    ]


def _of_server(session: Heard) -> dict[str, bool]:
    """A PPTP server owes GRE; a native one PPP, for nothing else shows that the call goes on."""
    if isinstance(session.inside, PptpLeg):
        # By the kernel's channel nothing but frames comes.
        return {"gre": not session.inside.speaker and not session.from_server}
    return {"server": not session.from_server}


def _tell_idle(session: Heard) -> list[Output]:
    came, went = data_frames(session)
    if came and went:
        return []
    details = {
        "where": "traffic",
        "seconds": f"{DATA_WITHIN:.0f}",
        "from_client": str(came),
        "to_client": str(went),
        "detail": f"{came} data frames from the client, {went} to it",
    }
    return [session.fact(What.SILENCE, details)]
