"""What must be so of the gateway's tables between any two events, whatever the events were."""

from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.gateway import Gateway
from gateway.bridge.timers import Timed


def legs(core: Gateway) -> set[ClientLeg]:
    found = {*core.clients.living(), *(session.leg for session in core.sessions.values())}
    return found | {phase.leg for phase in core.clients.phases.values() if phase.leg is not None}


def check(core: Gateway, late: float = 0.0) -> None:
    """AssertionError where two tables disagree, or a timer is forgotten. After an error of ours
    who had it is due again a little `late`: not before that moment."""
    clients, board = core.clients, core.board
    sessions = list(core.sessions.values())
    own = [*board.by_key.values()], [*board.by_call_id.values()]
    assert set(own[0]) == set(own[1])
    called = [*own[0], *board.by_leg.values()]
    assert len(called) == len(sessions)
    assert set(called) == set(sessions)
    assert set(board.by_call.values()) <= set(sessions)
    assert set(board._routes) == set(board._left) == set(core.sessions)
    assert set(clients.by_spi) == set(clients.sas._pairs)
    assert all(leg.pairs[spi] is pair for spi, (leg, pair) in clients.by_spi.items())
    assert all(leg.key == key for key, leg in clients.legs.items())
    alike = {leg: who for who, legs in clients.following._alike.items() for leg in legs}
    assert set(alike) == set(clients.living())
    assert all(leg.machine == who for leg, who in alike.items())
    assert all(
        handle in clients.phases and clients.phases[handle].leg is leg
        for leg in legs(core)
        for handle in leg.phases
    )
    sas = clients.ike.sas
    peers = set(sas.peers.values())
    assert {peer for named in sas._named.values() for peer in named} == peers
    assert {peer for alike_ in sas._alike.values() for peer in alike_} == peers
    timed: list[Timed] = [*sessions, *legs(core), clients]
    times = [who.deadline() for who in timed]
    due = min((time for time in times if time is not None), default=None)
    noted = core.deadline()
    assert due is None or (noted is not None and noted <= max(due, late))
