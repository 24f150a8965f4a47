"""The verbs of the authority, on files in memory."""

from datetime import date
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from gateway.control.authority_desk import AuthorityDesk
from gateway.control.authority_files import FILES, LIST, OWN, OWN_KEY, REGISTER, ROOT, read_register
from gateway.control.canonical import raw_of
from gateway.control.changes_outputs import Refused
from gateway.control.check import check
from gateway.control.document import File
from gateway.control.edit import change_from, edited
from gateway.x509.certificate import parse_certificate, read_certificates
from gateway.x509.crl import parse_crl, read_crls
from tests import pki
from tests.unit.control.written import OUTSIDE, ROUTE

NOW = pki.TODAY


class Desk:
    """One on files in memory; `written` is their order."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.written: list[str] = []
        self.desk = AuthorityDesk(self.read, self.write, Random(11).randbytes)

    def read(self, name: str) -> File | str:
        found = self.files.get(name)
        return "no such file" if found is None else File(found.encode())

    def write(self, name: str, text: str) -> None:
        self.files[name] = text
        self.written.append(name)

    def ask(self, verb: str, **more: object) -> dict[str, Any]:
        return self.desk.answer({"verb": f"ca.{verb}", "bits": 1024, **more}, NOW)


def created(**more: object) -> Desk:
    desk = Desk()
    desk.ask("create", names=["vpn.works"], **more)
    desk.written.clear()
    return desk


def test_all_an_authority_needs_is_there_at_once() -> None:
    desk = Desk()
    found = desk.ask("create", names=["vpn.works"], organisation="Works")
    assert set(desk.files) == set(FILES)
    assert desk.written[0] == REGISTER
    assert found["authority"] == "CN=Postern CA, O=Works"
    assert found["hash"] == "sha1"
    assert read_crls(desk.files[LIST])[0].revoked == frozenset()


def test_what_it_asks_for_makes_a_configuration_without_problems() -> None:
    desk = Desk()
    found = desk.ask("create", names=["vpn.works"])
    machine = desk.ask("issue", name="press-3", route="old-nt4")
    changes = [change_from(one) for one in found["changes"] + machine["changes"]]
    text = edited(OUTSIDE + ROUTE, changes)
    assert check(File(text.encode()), desk.read, today=date(2026, 9, 21)) == []


def test_a_stronger_hash_needs_no_allowance() -> None:
    desk = Desk()
    found = desk.ask("create", hash="sha256")
    allowed = [one["value"].get("allow") for one in found["changes"]]
    assert allowed == [None, None]


def test_there_is_one_authority_and_no_second() -> None:
    with pytest.raises(Refused, match="an authority already"):
        created().ask("create")


def test_a_machine_gets_a_file_that_opens_with_the_password_told() -> None:
    desk = created()
    found = desk.ask("issue", name="press-3")
    opened = pkcs12.load_pkcs12(found["data"], found["password"].encode())
    assert opened.cert is not None
    assert opened.cert.certificate.subject == pki.name("press-3")
    assert len(opened.additional_certs) == 1
    assert [len(part) for part in found["password"].split("-")] == [4] * 5
    assert found["state"] == "good"
    assert desk.written == [REGISTER]


def test_a_machines_key_is_kept_nowhere() -> None:
    desk = created()
    found = desk.ask("issue", name="press-3")
    opened = pkcs12.load_pkcs12(found["data"], found["password"].encode())
    assert isinstance(opened.key, RSAPrivateKey)
    lines = pki.Owner(pki.authority().certificate, opened.key).key_pem.splitlines()
    everything = "".join(desk.files.values())
    assert lines[5] not in everything
    assert everything.count("BEGIN PRIVATE KEY") == 2  # the authority's and the gateway's


@pytest.mark.parametrize(
    ("more", "ops"),
    [({}, []), ({"route": "old-nt4"}, ["add"]), ({"known": True}, ["set", "set"])],
)
def test_the_machines_entry_is_made_or_changed(more: dict[str, object], ops: list[str]) -> None:
    found = created().ask("issue", name="press-3", **more)
    assert [one["op"] for one in found["changes"]] == ops


def test_an_entry_of_a_new_machine_says_all_it_must() -> None:
    (change,) = created().ask("issue", name="press-3", route="old-nt4")["changes"]
    text = edited("", [change_from(change)])
    assert raw_of(text)["client"] == [
        {"name": "press-3", "certificate": "CN=press-3", "ca": ["own"], "route": "old-nt4"}
    ]


def test_who_is_revoked_stands_in_the_list_at_once() -> None:
    desk = created()
    serial = int(desk.ask("issue", name="press-3")["serial"], 16)
    desk.written.clear()
    found = desk.ask("revoke", name="press-3")
    assert [one["state"] for one in found["revoked"]] == ["good"]
    assert desk.written == [REGISTER, LIST]
    assert read_crls(desk.files[LIST])[0].revoked == {serial}
    states = {one["name"]: one["state"] for one in desk.ask("list")["issued"]}
    assert states == {"gateway": "good", "press-3": "revoked"}


def test_the_gateway_may_have_another_name() -> None:
    desk = created()
    before = desk.files[OWN], desk.files[OWN_KEY]
    desk.ask("gateway", names=["gate.works", "192.0.2.1"])
    assert (desk.files[OWN], desk.files[OWN_KEY]) != before
    (own,) = read_certificates(desk.files[OWN])
    (root,) = read_certificates(desk.files[ROOT])
    assert own.is_signed_by(root)


def test_lists_and_certificates_go_out_as_der_and_pem() -> None:
    desk = created()
    assert read_crls(desk.ask("crl")["data"].decode())[0].revoked == frozenset()
    root = parse_certificate(desk.ask("export")["data"])
    assert root == read_certificates(desk.files[ROOT])[0]
    with pytest.raises(Exception, match="tag"):
        parse_crl(root.der)


def test_the_whole_authority_can_be_put_in_a_safe() -> None:
    desk = created()
    found = desk.ask("export", key=True)
    opened = pkcs12.load_pkcs12(found["data"], found["password"].encode())
    assert isinstance(opened.key, RSAPrivateKey)
    state = read_register(desk.files[REGISTER])
    assert opened.key.private_numbers().d == state.key.d


@pytest.mark.parametrize("verb", ["issue", "gateway", "revoke", "list", "crl", "export"])
def test_without_an_authority_it_is_said_how_to_make_one(verb: str) -> None:
    with pytest.raises(Refused) as refused:
        Desk().ask(verb, name="press-3")
    assert refused.value.hint == "Make one: postern ca create"


def test_a_damaged_register_is_told_and_never_written_over() -> None:
    desk = created()
    desk.files[REGISTER] = "half of"
    with pytest.raises(Refused, match=r"ca/authority.json is damaged"):
        desk.ask("issue", name="press-3")
    with pytest.raises(Refused, match="already"):
        desk.ask("create")
    assert desk.written == []


@pytest.mark.parametrize(
    "more", [{"name": 7}, {"name": "x", "names": "y"}, {"name": "x", "years": "ten"}]
)
def test_a_request_of_another_shape_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(Refused, match="is no "):
        created().ask("issue", **more)


def test_its_verbs_are_its_own() -> None:
    desk = Desk().desk
    assert desk.answers("ca.issue")
    assert not desk.answers("config.show")
    assert not desk.answers(None)


def test_an_authority_that_was_kept_is_taken_up_and_revokes_what_it_had_issued() -> None:
    before = created()
    before.ask("issue", name="press-3")
    after = Desk()
    found = after.ask("restore", text=before.files[REGISTER], names=["vpn.works"])
    assert found["authority"] == "CN=Postern CA"
    assert set(after.files) == set(FILES)
    (revoked,) = after.ask("revoke", name="press-3")["revoked"]
    assert read_crls(after.files[LIST])[0].revoked == frozenset({int(revoked["serial"], 16)})


@pytest.mark.parametrize("text", ["", "{}", '{"version": 9}'])
def test_what_is_no_register_is_not_taken_up(text: str) -> None:
    desk = Desk()
    with pytest.raises(Refused, match=r"damaged|another version"):
        desk.ask("restore", text=text, names=["vpn.works"])
    assert desk.files == {}


def test_none_is_taken_up_where_there_is_one() -> None:
    desk = created()
    with pytest.raises(Refused, match="there is an authority already"):
        desk.ask("restore", text=desk.files[REGISTER], names=["vpn.works"])
