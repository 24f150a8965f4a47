"""From facts to sentences: the account of a dial as a person reads it.

A sentence is made of pieces. A piece with a detail in it that is missing is left out, so that a
fact with few details still gives a true sentence. All details pass `printable` on their way:
names and vendors are chosen by whoever dials.
"""

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Final, NamedTuple

from gateway.control.hints import hint
from gateway.control.problems import printable
from gateway.outputs import Fact, What

LONGEST_DETAIL = 400  # characters

Pieces = tuple[str, ...]

SENTENCES: Final[dict[What, Pieces]] = {
    What.DIAL_STARTED: ("{who} began to dial", " {local}", "."),
    What.OFFERED: (
        "{who} made its offer",
        ": {suites}",
        "; NAT traversal by {natt}",
        "; it calls itself {vendors}",
        ".",
    ),
    What.RECOGNISED: ("{who} is recognised", " as {label}", ", {sureness}", ": {why}", "."),
    What.CHOSEN: (
        "The gateway chose how to protect the talk about keys (IKE)",
        ": {suite}",
        "{natt_words}",
        ".",
    ),
    What.NAT_FOUND: ("{nat_words}",),
    What.FLOATED: ("{who} went over", " to our port {port}", ", as NAT traversal wants it."),
    What.AUTHENTICATED: (
        "{who} has proved that it {proof_words}",
        " of {client!r}",
        "; it names itself {identity}",
        ".",
    ),
    What.KEY_USED: ("{key_words}",),
    What.WEAK_SUITE: (
        "Audit: a weak suite is used",
        " by {client!r}",
        ": {suite}",
        " for {where}",
        " ({weakness})",
        "; it may do so because {because}",
        ", and until {until}",
        ", which is {days_left} days from now",
        ".",
    ),
    What.PUT_OUT: ("A client was put out at once", ", {client!r}", ": {reason}", "."),
    What.PHASE1_CLOSED: ("The IKE association with {who} has ended", ": {reason}", "."),
    What.SA_READY: (
        "The encryption of the data is agreed",
        ": {suite}",
        ", {encapsulation_words}",
        ", SPI {spi_in} in and {spi_out} out",
        ", for {life_seconds} s",
        " or {life_kilobytes} kB",
        ".",
    ),
    What.SA_CLOSED: ("The security association", " {spi_in}", " has ended", ": {reason}", "."),
    What.PEER_MOVED: (
        "{who} is found elsewhere than before",
        ", now at {to}: its NAT has given it another place",
        ": its data comes from {esp}, apart from its talk about keys, and each is answered where "
        "it comes from",
        ".",
    ),
    What.IDLE: (
        "{who} has no keys for its data at the moment",
        ": it is idle, and makes new ones when it has something to send; its session waits.",
    ),
    What.TUNNEL_OPENED: (
        "L2TP: a tunnel is open",
        ", {tunnel} here and {peer_tunnel} at the client",
        "; the client's name is {host_name}",
        ", its maker {vendor}",
        ".",
    ),
    What.CALL_REQUESTED: (
        "L2TP: the client asks for a call",
        ", {call} here and {peer_call} there",
        ", which is for {server}",
        ".",
    ),
    What.SERVER_CALLED: (
        "{kind}: the gateway calls the server",
        " {server}",
        " with call id {call_id}",
        ".",
    ),
    What.SERVER_KEYED: (
        "The encryption towards the server",
        " {server}",
        " is agreed",
        ": {suite}",
        ", SPI {spi_in} in and {spi_out} out",
        ", for {life_seconds} s",
        " or {life_kilobytes} kB",
        ".",
    ),
    What.SERVER_ANSWERED: (
        "{kind}: the server",
        " {server}",
        " has taken the call",
        ", its call id is {peer_call_id}",
        "; its maker is {vendor}",
        ".",
    ),
    What.DIVERTED: (
        "PPP: the user",
        " {user}",
        " belongs to another server",
        ", {server}",
        ", by the route {route}",
        "; it is called now, and asks for the name again.",
    ),
    What.SERVER_DOWN: (
        "The server",
        " {server}",
        " is down",
        ": {detail}",
        ". {hint}.",
    ),
    What.SERVER_UP: ("The server", " {server}", " is there again", "."),
    What.SESSION_OPENED: (
        "Client and server",
        " {server}",
        " are joined",
        " by the route {route}",
        ": from here on they talk PPP to each other.",
    ),
    What.LCP_OPENED: (
        "PPP: the link is agreed",
        ", frames of {mru_client} bytes towards the client and {mru_server} towards the server",
        ", authentication by {auth}",
        ".",
    ),
    What.USER_ACCEPTED: ("PPP: the server has accepted the user", " {user}", ", by {method}", "."),
    What.ENCRYPTED: (
        "The leg to the server is encrypted",
        ": MPPE {sent} towards it",
        ", {received} back",
        ".",
    ),
    What.CCP_REFUSED: (
        "PPP",
        ": {by} does not compress or encrypt (CCP)",
        ", {why}",
        ".",
    ),
    What.PPP_UP: (
        "PPP is up",
        ": the client has {client_ip}",
        ", the server {server_ip}",
        "; the dial took {milliseconds} ms",
        ".",
    ),
    What.OUT_OF_REACH: (
        "{who} was kept from a place inside",
        ', "{place}"',
        ", which is not in its `reach`; if it belongs there, add it in postern.toml.",
    ),
    What.RESUMED: (
        "Postern was restarted, and the session goes on",
        " with the server {server}",
        ", by the route {route}",
        ".",
    ),
    What.PPP_ENDED: ("PPP: the link was ended", " by {by}", ": {reason}", "."),
    What.SILENCE: ("{silence_words}", " for {seconds} s", ": {detail}", "."),
    What.SESSION_CLOSED: (
        "The session has ended",
        ": {reason}",
        "; after {seconds} s, {bytes_in} bytes from the client and {bytes_out} to it",
        ".",
    ),
    What.REFUSED: ("{who} was not let through", ": {reason}", " ({detail})", ".", " {hint}."),
    What.TRACED: (
        "Audit: packets were recorded",
        " by {by}",
        ", those of {target}",
        ", with {opened} in it",
        ".",
    ),
    What.RELOADED: ("{reload_words}",),
    What.TROUBLE: ("Trouble", ": {what}", ", in {where}", "."),
}

NAT_WORDS: Final = {
    "client": "The client is behind a NAT: its packets are carried inside UDP.",
    "gateway": "The gateway is behind a NAT: packets are carried inside UDP.",
    "both": "Client and gateway are both behind a NAT: packets are carried inside UDP.",
    "nowhere": "There is no NAT on the way: packets go as plain ESP.",
}
SILENCE_WORDS: Final = {
    "l2tp": "L2TP: the client has its keys and began no tunnel",
    "gre": "PPTP: the server has taken the call and sent no GRE",
    "server": "PPP: the server has taken the call and sent nothing",
    "ppp": "PPP: the client has its call and sent nothing",
    "traffic": "PPP is up and no data passed both ways",
}
SURENESS_WORDS: Final = {
    "guess": "perhaps",
    "likely": "probably",
    "certain": "certainly",
    "told": "by its entry in the configuration",
}
HIDDEN_WORDS: Final = " The client does not see the one before the gateway: it might refuse it."
KEY_WORDS: Final = {
    "old": (
        "It was the old key of {client!r}, which holds until {until}: type the new one in at the "
        "machine."
    ),
    "new": "It was the new key of {client!r}; the old one is not needed any more.",
}
ENCAPSULATION_WORDS: Final = {"udp": "inside UDP", "esp": "as plain ESP"}


class Told(NamedTuple):
    """One line of an account: `ms` since the dial began."""

    ms: int
    text: str


def sentence(fact: Fact, *, advice: bool = True) -> str:
    """One plain sentence, or two where there is something to do. Never raises.

    Without `advice` it only says what happened.
    """
    details = _details(fact)
    if not advice:
        del details["hint"]
    return "".join(
        piece.format_map(details) for piece in SENTENCES[fact.what] if _complete(piece, details)
    )


def account(entries: Iterable[tuple[float, Fact]]) -> list[Told]:
    """The sentences of one dial with their distance from its first fact; times are in seconds."""
    found: list[Told] = []
    start: float | None = None
    for when, fact in entries:
        start = when if start is None else start
        found.append(Told(round(1000 * (when - start)), sentence(fact)))
    return found


def _details(fact: Fact) -> dict[str, str]:
    """All that a piece can name; what is empty is not in it."""
    details = {key: _fit(value) for key, value in fact.details.items() if value}
    details["who"] = f"Client {_fit(fact.peer)}" if fact.peer else "The client"
    details["hint"] = hint(details.get("reason", ""), details.get("detail", ""))
    details["kind"] = details.get("kind", "PPTP")
    where = details.get("where", "")
    details["nat_words"] = NAT_WORDS.get(where, "It was found out where there is a NAT.")
    details["silence_words"] = SILENCE_WORDS.get(where, "Nothing was heard")
    if details.get("hidden") == "yes":
        details["nat_words"] += HIDDEN_WORDS
    details.update(_more_words(details))
    return details


def _more_words(details: Mapping[str, str]) -> dict[str, str]:
    """Words made of details that read badly as they are."""
    words = {"reload_words": "The configuration was loaded again: new dials follow it."}
    if problems := details.get("problems"):
        words["reload_words"] = (
            "The new configuration is wrong, so the old one stays in force: "
            f"{problems.rstrip('.')}. Run `postern check` to see every problem."
        )
    certificate = details.get("certificate")
    owned = f"has the key to the certificate {certificate}"
    words["proof_words"] = owned if certificate else "knows the key"
    key = KEY_WORDS.get(details.get("key", ""), "It was one of the two keys that it has.")
    words["key_words"] = key.format_map({"client": "it", "until": "its last day", **details})
    encapsulation = details.get("encapsulation", "")
    if encapsulation in ENCAPSULATION_WORDS:
        words["encapsulation_words"] = ENCAPSULATION_WORDS[encapsulation]
    if sureness := SURENESS_WORDS.get(details.get("confidence", "")):
        words["sureness"] = sureness
    if natt := details.get("natt"):
        without = natt.lower() in ("none", "no")
        words["natt_words"] = ", without NAT traversal" if without else f", NAT traversal {natt}"
    return words


def _complete(piece: str, details: Mapping[str, str]) -> bool:
    names = (name for _, name, _, _ in Formatter().parse(piece))
    return all(name in details for name in names if name is not None)


def _fit(value: object) -> str:
    text = printable(str(value))
    return text if len(text) <= LONGEST_DETAIL else text[: LONGEST_DETAIL - 2] + ".."
