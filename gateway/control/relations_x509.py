"""What is wrong between certificates, keys, authorities and the clients that dial with them."""

from collections.abc import Sequence

from gateway.control.findings import Document, Entry, Findings
from gateway.control.problems import did_you_mean, shown
from gateway.control.values import ANYWHERE, Network
from gateway.crypto.mac import MD5
from gateway.crypto.rsa import PrivateKey, unusable
from gateway.x509.certificate import Certificate
from gateway.x509.crl import Crl
from gateway.x509.dates import date_text
from gateway.x509.extensions import IKE_INTERMEDIATE, SERVER_AUTH, Extensions
from gateway.x509.path import wrong_date
from gateway.x509.rule import Rule

_CLOCK = "Issue a new one, or set the clock if it is that which is wrong"


def check_certificates(document: Document, findings: Findings, wall: float | None) -> None:
    """`wall` is the day in seconds since 1970; None where nobody knows it."""
    own, authorities, clients = document["certificate"], document["ca"], document["client"]
    findings.add_repeated(own, "name")
    findings.add_repeated(authorities, "name")
    for entry in own:
        _check_own(entry, findings, wall)
    for entry in authorities:
        _check_authority(entry, findings, wall)
    _check_clients(clients, own, authorities, findings)
    _check_who_is_who(clients, findings)


def _check_own(entry: Entry, findings: Findings, wall: float | None) -> None:
    chain: tuple[Certificate, ...] | None = entry.values.get("chain")
    if chain is None:
        return
    key: PrivateKey | None = entry.values.get("key")
    certificate = chain[0]

    def add(key: str, what: str, hint: str, *, warning: bool = False) -> None:
        findings.add(entry, _given(entry, key), what, hint, warning=warning)

    if key is not None and certificate.key != key.public:
        what = f"is not the key of {certificate.name}"
        add("key", what, "Name the key that was made for this certificate")
    if certificate.key is not None and (why := unusable(certificate.key)):
        add("chain", f"is {certificate.name}, and {why}", "Make a key of 2048 bits")
    if certificate.extensions.is_ca:
        what = f"begins with {certificate.name}, which is an authority"
        add("chain", what, "Put the gateway's own certificate first")
    for number, (below, above) in enumerate(zip(chain, chain[1:], strict=False), start=2):
        if below.issuer != above.subject or not below.is_signed_by(above):
            what = f"has {above.name} as number {number}, which did not issue the one before it"
            add("chain", what, "Put the gateway's own first, then each one's issuer")
    purposes = certificate.extensions.purposes
    if purposes is not None and not purposes & {SERVER_AUTH, IKE_INTERMEDIATE}:
        what = f"is {certificate.name}, which is not for servers: Windows will not take it"
        hint = "Issue one with the purpose of server authentication"
        add("chain", what, hint, warning=True)
    for one in chain:
        _check_days(entry, "chain", one, findings, wall)


def _check_authority(entry: Entry, findings: Findings, wall: float | None) -> None:
    root: Certificate | None = entry.values.get("certificate")
    crl: Crl | None = entry.values.get("crl")
    if MD5.name in entry.values.get("allow", ()):
        what = "allows MD5, and certificates signed with that have been forged"
        findings.add(entry, "allow", what, "Leave it out as soon as you can", warning=True)
    if root is None:
        return
    where = _given(entry, "certificate")
    if not root.extensions.is_ca and root.extensions != Extensions():
        what = f"is {root.name}, which is no authority"
        hint = "Name the certificate of who has issued the clients' certificates"
        findings.add(entry, where, what, hint)
    if root.key is None or unusable(root.key):
        why = "its key is not RSA" if root.key is None else unusable(root.key)
        what = f"is {root.name}, and {why}"
        findings.add(entry, where, what, "Postern knows RSA keys of 1024 to 4096 bits")
    _check_days(entry, "certificate", root, findings, wall)
    if crl is not None:
        _check_list(entry, root, crl, findings, wall)


def _check_list(
    entry: Entry, root: Certificate, crl: Crl, findings: Findings, wall: float | None
) -> None:
    where = _given(entry, "crl")
    if crl.issuer != root.subject or not crl.is_signed_by(root):
        what = f"is not signed by {root.name}"
        findings.add(entry, where, what, "Name the list of this very authority")
    elif wall is not None and crl.next_update is not None and wall > crl.next_update:
        what = f"should have been renewed by {date_text(crl.next_update)}"
        hint = "Fetch a new one: who was revoked since then is still let in"
        findings.add(entry, where, what, hint, warning=True)


def _check_days(
    entry: Entry, key: str, one: Certificate, findings: Findings, wall: float | None
) -> None:
    if wall is not None and (wrong := wrong_date(one, wall)):
        findings.add(entry, _given(entry, key), f"is of no use now: {wrong}", _CLOCK, warning=True)


def _check_clients(
    clients: Sequence[Entry], own: Sequence[Entry], authorities: Sequence[Entry], findings: Findings
) -> None:
    names = [entry.values["name"] for entry in authorities if "name" in entry.values]
    for client in clients:
        for number, name in enumerate(client.values.get("ca", ()), start=1):
            if name not in names:
                hint = did_you_mean(name, names) if names else "Add a [[ca]] of that name"
                what = f"is {shown(name)}, and there is no such authority"
                findings.add(client, "ca", what, hint, item=number)
        if "ca" in client.given and "certificate" not in client.given:
            hint = 'Write which certificate is meant: certificate = "CN=press-3"'
            findings.add(client, "ca", "stands there without a certificate", hint)
    wanting = next((one for one in clients if "certificate" in one.values), None)
    if wanting is not None and not authorities:
        what = "is for a certificate, and there is no [[ca]] that could vouch for it"
        findings.add(wanting, "certificate", what, "Add one, or do: postern ca create")
    if wanting is not None and not own:
        what = "is for a certificate, and the gateway has none of its own to answer with"
        findings.add(
            wanting, "certificate", what, "Add a [[certificate]], or do: postern ca create"
        )


def _check_who_is_who(clients: Sequence[Entry], findings: Findings) -> None:
    """Two clients with the same rule that may come from one address cannot be told apart."""
    seen: dict[Rule, list[Entry]] = {}
    for client in clients:
        rule: Rule | None = client.values.get("certificate")
        if rule is None:
            continue
        for earlier in seen.setdefault(rule, []):
            if _meet(earlier, client) and _share_authority(earlier, client):
                what = f"means the same certificates as that of {earlier.place}"
                findings.add(client, "certificate", what, "Give each a certificate of its own")
                break
        seen[rule].append(client)


def _meet(one: Entry, other: Entry) -> bool:
    first, second = _network(one), _network(other)
    return first.first <= second.last and second.first <= first.last


def _share_authority(one: Entry, other: Entry) -> bool:
    first, second = set(one.values.get("ca", ())), set(other.values.get("ca", ()))
    return not first or not second or bool(first & second)


def _network(client: Entry) -> Network:
    found: Network = client.values.get("address", ANYWHERE)
    return found


def _given(entry: Entry, key: str) -> str:
    """The key as it stands in the file, for the line of a problem."""
    return key if key in entry.given else f"{key}_file"
