from gateway.control.confined import reach_words, silent_about
from gateway.control.values_reach import ALL, NONE, reach
from tests.unit.control.test_relations_local import BEFORE, POOL
from tests.unit.control.written import CLIENT, OUTSIDE, ROUTE, config_of


def client(name: str, more: str = "") -> str:
    entry = CLIENT.replace("press-3", name).replace("hunter2-hunter2", f"hunter2-{name}")
    return entry + more


def said(*clients: str) -> list[str]:
    return silent_about(config_of(OUTSIDE + "".join(clients) + ROUTE))


def test_who_has_no_reach_is_named_in_one_sentence() -> None:
    [text] = said(client("one"), client("two", 'reach = ["nothing"]\n'), client("three"))
    assert text.startswith("one, three may reach every host and port behind the server")


def test_of_many_a_few_are_named() -> None:
    [text] = said(*(client(f"press-{number}") for number in range(5)))
    assert text.startswith("press-0, press-1, press-2 and 2 more may reach")


def test_where_all_is_said_there_is_nothing_to_say() -> None:
    assert said(client("one", 'reach = ["everything"]\n')) == []


def into_lan(choice: str, own: str = "old-nt4") -> list[str]:
    """Of one client with two routes; the choice, if it has words, leads into the LAN."""
    lan = BEFORE.replace('route = "lan"', f'route = "{own}"') + POOL
    entry = f'[[choice]]\nname = "c"\nroute = "lan"\n{choice}\n' if choice else ""
    return silent_about(config_of(lan + ROUTE + entry))


def test_a_choice_that_leads_into_the_lan_counts_as_much_as_the_entry() -> None:
    assert [text[:40] for text in into_lan("")] == ["press-3 may reach every host and port be"]
    [only] = into_lan('client = "press-3"')
    assert only.startswith("press-3 may reach nothing by lan, for that leads into the LAN")
    both = into_lan('user = "night-*"')
    assert [" every host " in text for text in both] == [True, False]
    assert [" nothing by lan" in text for text in both] == [False, True]


def test_a_session_says_where_its_client_may_go() -> None:
    places = ("10.10.0.2", "10.10.0.0/24 tcp/139-445", "10.10.0.3 ip/50", "10.10.0.4 udp/53")
    found = tuple(map(reach, places))
    assert reach_words(found, "pptp") == (
        "10.10.0.2, 10.10.0.0-10.10.0.255 tcp/139-445, 10.10.0.3 ip/50 and 1 more"
    )
    assert reach_words(found[3:], "pptp") == "10.10.0.4 udp/53"
    assert reach_words((reach("10.10.0.4 icmp"),), "pptp") == "10.10.0.4 icmp"
    assert (reach_words((ALL,), "pptp"), reach_words((NONE,), "pptp")) == ("everything", "nothing")
    assert reach_words(None, "pptp") == "everything"
    assert reach_words(None, "local") == "nothing (no reach is given)"
