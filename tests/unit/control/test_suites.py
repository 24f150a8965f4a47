from itertools import product

import pytest

from gateway.control.suites import ESP_SUITES, IKE_SUITES, MPPE_TERMS, weakness


def test_every_suite_of_the_issue_has_its_name_once() -> None:
    ciphers, hashes = ("des", "3des", "aes128", "aes192", "aes256"), ("md5", "sha1")
    groups = ("modp768", "modp1024", "modp1536", "modp2048")
    assert sorted(IKE_SUITES) == sorted("-".join(one) for one in product(ciphers, hashes, groups))
    assert sorted(ESP_SUITES) == sorted("-".join(one) for one in product(ciphers, hashes))


def test_the_weak_ones_come_after_all_others() -> None:
    for suites in (IKE_SUITES, ESP_SUITES):
        weak = [bool(weakness(name)) for name in suites]
        assert weak == sorted(weak)


def test_des_is_the_last_to_be_chosen() -> None:
    assert IKE_SUITES[-1] == "des-md5-modp768"
    assert ESP_SUITES[-1] == "des-md5"


@pytest.mark.parametrize("name", ["des-sha1", "3des-md5", "aes256-sha1-modp768"])
def test_a_weak_part_makes_a_suite_weak(name: str) -> None:
    assert weakness(name)


@pytest.mark.parametrize("name", ["3des-sha1", "aes128-sha1-modp1024", "3des-sha1-modp1024"])
def test_the_policy_of_the_house_is_not_called_weak(name: str) -> None:
    assert weakness(name) == ""


def test_mppe_is_chosen_by_strength_and_without_a_history_first() -> None:
    assert MPPE_TERMS == ("128", "128-stateful", "56", "56-stateful", "40", "40-stateful")
    assert [bool(weakness(name)) for name in MPPE_TERMS] == [False] * 2 + [True] * 4
