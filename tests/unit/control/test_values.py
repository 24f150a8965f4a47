import pytest

from gateway.control import values
from gateway.control.suites import IKE_SUITES
from gateway.control.values import Network, Read, Unfit, kind_of
from gateway.wire.udp import Endpoint

NO_INTERFACE = "which no Linux interface can be called"
NO_MACHINE = "which no single machine can have"
NO_NETWORK = "which is neither an IPv4 address nor a network"
NO_PORT = "and a port is a number from 1 to 65535"
NAT = b"\xcb\x00\x71\x0a"


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (values.text, "a", "a"),
        (values.truth, True, True),
        (values.truth, False, False),
        (values.whole(1, 3), 1, 1),
        (values.whole(1, 3), 3, 3),
        (values.name, "press-3", "press-3"),
        (values.name, "a" * 32, "a" * 32),
        (values.interface, "eth0.7", "eth0.7"),
        (values.interface, "enp0s31f6@ab", "enp0s31f6@ab"),
        (values.address, "203.0.113.10", NAT),
        (values.endpoint, "203.0.113.10", Endpoint(NAT, 1723)),
        (values.endpoint, "203.0.113.10:65535", Endpoint(NAT, 65535)),
        (values.network, "203.0.113.10", Network(0xCB00710A, 0xCB00710A)),
        (values.network, "203.0.113.10/32", Network(0xCB00710A, 0xCB00710A)),
        (values.network, "203.0.113.0/24", Network(0xCB007100, 0xCB0071FF)),
        (values.network, "0.0.0.0/0", values.ANYWHERE),
        (values.one_of("kind", ("pptp",)), "pptp", "pptp"),
        (values.psk, "hunter2", b"hunter2"),
        (values.psk, "§", b"\xc2\xa7"),
    ],
)
def test_a_good_value_is_read(read: Read, value: object, found: object) -> None:
    assert read(value) == found


@pytest.mark.parametrize(
    ("read", "value", "what"),
    [
        (values.text, 3, "is a whole number, and should be text in quotes"),
        (values.text, "", "is empty"),
        (values.truth, "true", "is text, and should be true or false without quotes"),
        (values.truth, 1, "is a whole number, and should be true or false without quotes"),
        (values.whole(1, 3), "2", "is text, and should be a whole number without quotes"),
        (values.whole(1, 3), True, "is true or false, and should be a whole number without quotes"),
        (values.whole(1, 3), 2.0, "is a number, and should be a whole number without quotes"),
        (values.whole(1, 3), 0, "is 0, and should be between 1 and 3"),
        (values.whole(1, 3), 4, "is 4, and should be between 1 and 3"),
        (values.whole(1, 3), 10**4000, "is far too large, and should be between 1 and 3"),
        (values.name, "a b", "is 'a b', which is no name"),
        (values.name, "-a", "is '-a', which is no name"),
        (values.name, "a" * 33, f"is '{'a' * 33}', which is no name"),
        (values.name, "\x1b[2J", r"is '\\x1b[2J', which is no name"),
        (values.interface, "eth0; reboot", f"is 'eth0; reboot', {NO_INTERFACE}"),
        (values.interface, "a" * 16, f"is '{'a' * 16}', {NO_INTERFACE}"),
        (values.address, "203.0.113.300", "is '203.0.113.300', which is no IPv4 address"),
        (values.address, "010.0.0.1", "is '010.0.0.1', which is no IPv4 address"),
        (values.address, "2001:db8::1", "is '2001:db8::1', which is no IPv4 address"),
        (values.address, "gw.example", "is 'gw.example', which is no IPv4 address"),
        (values.address, "0.0.0.0", f"is '0.0.0.0', {NO_MACHINE}"),
        (values.address, "224.0.0.5", f"is '224.0.0.5', {NO_MACHINE}"),
        (values.address, "255.255.255.255", f"is '255.255.255.255', {NO_MACHINE}"),
        (values.endpoint, "10.0.0.1:", f"has the port '', {NO_PORT}"),
        (values.endpoint, "10.0.0.1:0", f"has the port '0', {NO_PORT}"),
        (values.endpoint, "10.0.0.1:70000", f"has the port '70000', {NO_PORT}"),
        (values.endpoint, "srv:1723", "is 'srv', which is no IPv4 address"),
        (values.network, "10.0.0.0/33", f"is '10.0.0.0/33', {NO_NETWORK}"),
        (
            values.network,
            "10.0.0.1/8",
            "is '10.0.0.1/8', which is one machine and a network at once",
        ),
        (values.one_of("kind", ("pptp",)), "ppp", "is 'ppp', which is no kind"),
        (values.psk, "a\nb", "holds a line break or another control character"),
        (values.psk, "ä" * 129, "is longer than 256 bytes"),
    ],
)
def test_a_bad_value_is_told_in_words(read: Read, value: object, what: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read(value)
    assert str(unfit.value) == what


def test_a_reader_of_a_few_words_knows_them() -> None:
    assert values.one_of("kind", ["pptp", "local"]).words == ("pptp", "local")


def test_a_network_with_a_machine_in_it_is_shown_as_it_may_be_meant() -> None:
    with pytest.raises(Unfit) as unfit:
        values.network("10.0.0.1/8")
    assert unfit.value.hint.startswith('Write "10.0.0.0/8"')


def test_an_ike_suite_without_its_group_is_completed_by_the_strongest() -> None:
    with pytest.raises(Unfit) as unfit:
        values.one_of("IKE suite", IKE_SUITES)("3des-sha1")
    assert unfit.value.hint == "Perhaps '3des-sha1-modp2048' is meant"


def test_a_network_holds_its_first_and_its_last_address() -> None:
    network = values.network("203.0.113.8/30")
    assert isinstance(network, Network)
    hosts = [bytes([203, 0, 113, last]) for last in range(7, 13)]
    assert [network.holds(host) for host in hosts] == [False, True, True, True, True, False]
    assert network.size() == 4


@pytest.mark.parametrize("text", ["203.0.113.8/30", "203.0.113.8", "0.0.0.0/0", "128.0.0.0/1"])
def test_a_network_is_shown_as_it_is_written(text: str) -> None:
    assert str(values.network(text)) == text


def test_every_kind_of_value_has_its_word() -> None:
    assert kind_of(None) == "a date or time"
    assert kind_of({}) == "a table"
