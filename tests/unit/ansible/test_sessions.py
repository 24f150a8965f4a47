"""Which sessions are meant."""

from ansible_collections.postern.gateway.plugins.module_utils.sessions import meant

SESSIONS = [{"id": 1, "client": "press-3"}, {"id": 2, "client": "press-4"}]


def test_all_are_meant_unless_one_machine_or_one_session_is_named() -> None:
    assert meant(SESSIONS) == SESSIONS
    assert meant(SESSIONS, client="press-4") == SESSIONS[1:]
    assert meant(SESSIONS, number=1) == SESSIONS[:1]
    assert meant(SESSIONS, client="press-4", number=1) == []
