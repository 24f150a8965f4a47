"""The addresses of a replay are those of documentation (RFC 5737), or private (RFC 1918)."""

from ipaddress import ip_address, ip_network

from gateway.bridge.replay_places import CLIENT, ELSEWHERE, GATEWAY, INSIDE, OUTSIDE, SERVER

DOCUMENTATION = [ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


def test_nobody_has_these_addresses() -> None:
    for host in (GATEWAY, OUTSIDE, INSIDE, SERVER.host):
        assert any(ip_address(host) in network for network in DOCUMENTATION)
    assert all(ip_address(host).is_private for host in (CLIENT, ELSEWHERE))
    assert len({GATEWAY, OUTSIDE, INSIDE, SERVER.host, CLIENT, ELSEWHERE}) == 6
