"""What to do about a refusal, and where to look: one line a reason.

A reason that is not here is looked up by the words in it, so that a new one still gets advice.
"""

from typing import Final

from gateway.control.hints_x509 import certificate_hint

ELSEWHERE: Final = "Look at the lines before this one with `postern sessions ID`"

HINTS: Final[dict[str, str]] = {
    "no common suite": (
        "Add one of these to that client's `ike` or `esp` list in postern.toml, "
        "or update the client"
    ),
    "suite not allowed": (
        "Add it to the client's `ike` or `esp` list in postern.toml, or set the client to a better"
    ),
    "no client may dial": (
        "Look at each client's `address` in postern.toml, or leave it out so that any may dial"
    ),
    "too many wrong keys": (
        "The client may dial again in a minute; look with `postern status` which machines there "
        "have a wrong key, or who is guessing"
    ),
    "client is revoked": (
        "If it may dial again, take `revoked` out of its entry in postern.toml; if not, look for "
        "the machine that still has its key"
    ),
    "time of the weak suite is over": (
        "Set the client to a better suite; if it knows none, give it a later `weak_until` in "
        "postern.toml"
    ),
    "another identity": (
        "Set the client to that name, or correct `identity` in its entry in postern.toml, or "
        "leave it out; if it is another machine, give each its own key"
    ),
    "wrong key": (
        "Enter the same pre-shared key at the client and as `psk` in postern.toml: look for "
        "spaces, capitals and a keyboard of another language"
    ),
    "bad hash": (
        "The two ends do not have the same key: enter it again at the client and in postern.toml"
    ),
    "identity": (
        "Look at the identity that the client sends: remove the old policy there, then dial again"
    ),
    "unsuitable quick mode": (
        "Set the client to L2TP/IPsec in transport mode, UDP port 1701: a plain IPsec tunnel "
        "policy does not fit"
    ),
    "tunnel mode": "Set the client to transport mode: L2TP/IPsec uses no other",
    "aggressive mode": "Set the client to main mode: aggressive mode gives its key to listeners",
    "too many half-open": (
        "If these are your own clients, raise `half_open` and `half_open_per_source` in "
        "postern.toml; if not, look where they come from with `postern status`"
    ),
    "bad public value": (
        "No working client sends this: look for a faulty one, or somebody trying, at that address"
    ),
    "timed out": (
        "The client's answers do not arrive: let UDP 500 and 4500 pass at its firewall and NAT in "
        "both directions, and look whether it was switched off"
    ),
    "no route": "Give the client a `route` in postern.toml, then send the daemon SIGHUP",
    "limit of sessions": "Raise `sessions` under [limits] in postern.toml, or end some that idle",
    "being stopped": "Dial again when the gateway is up again",
    "server refused": (
        "Look at the server's own log: it has no free line, or does not take calls from the "
        "gateway's inside address"
    ),
    "server down": "Look whether the server is on, and whether it lets the gateway's address in",
    "server unreachable": (
        "Look whether the server is on, and from the gateway: ping it; TCP 1723 must be open"
    ),
    "server did not answer": (
        "Look whether PPTP runs at the server and TCP 1723 is let through on the way to it"
    ),
    "no password is stored": (
        "Store it with `postern users add NAME`, the name as it is typed at the client"
    ),
    "stored password": "Store the present one: `postern users add NAME`",
    "check the user by ms-chap": "Set the server to MS-CHAP or MS-CHAPv2",
    "short keys": (
        "Set the server to MS-CHAPv2 or to 128 bit, or store the password with "
        "`postern users add NAME --lm`"
    ),
    "decrypt": "Leave the stateful kinds out of `mppe` in that route: the others mend themselves",
    "demands encryption": (
        'Let the gateway encrypt: encryption = "mppe" in that route, and `postern users add NAME`'
    ),
    "encryption": (
        "Compare `encryption` and `mppe` of that route in postern.toml with what the server is set "
        'to; towards a server that has no MPPE, only encryption = "clear" comes up'
    ),
    "too many calls wait": "Wait: the server is called four times a second, no more",
    "ppp authentication failed": (
        "The server has refused the user: look at the name, password and domain typed at the "
        "client, and at the dial-in permission of that account on the server"
    ),
    "ppp": (
        "The two ends could not agree: compare what client and server require under encryption "
        "and authentication"
    ),
}


# The server's side of a call, by words in the detail: more exact than the reason.
SERVER_HINTS: Final[dict[str, str]] = {
    "pre-shared key": (
        "Write the server's own key in the route's `psk`, or correct the policy at the server: the "
        "two are compared to the letter"
    ),
    "suites offered for ike": (
        "Add what the server takes to the route's `ike` list; Windows 2000 takes "
        "3des-sha1-modp1024, or des-sha1-modp768 where it is not allowed strong encryption"
    ),
    "security associations for l2tp": (
        "Add what the server takes to the route's `esp` list, and look whether its IPsec policy is "
        "for L2TP (UDP 1701) and for the gateway's inside address"
    ),
    "does not answer ike": (
        "Look whether the server is on, its IPsec service runs, and UDP 500 is open to it"
    ),
    "speak ike": "Look whether the server's IPsec policy takes the gateway's inside address",
    "no answer to l2tp": (
        "IPsec works, but nothing answers L2TP: start the server's Routing and Remote Access"
    ),
    "acknowledge l2tp": "The server was switched off or restarted: its clients may dial again",
    "address of the pool": "Write a larger `pool` in that route",
    "busy": "Wait for a line to become free at the server, or give it more PPTP ports",
    "connection refused": "The server is on, but nothing listens: start its PPTP service",
    "no route to host": (
        "Nobody is at that address: look whether the server is on and its cable is in"
    ),
    "network unreachable": "The gateway knows no way there: look at `ip route`",
    "source address": "Correct `address` under [inside] in postern.toml: `ip address` shows yours",
    "firewall rule": "A rule of this machine forbids it: look at `nft list ruleset`, `iptables -L`",
    "connection reset": (
        "The server hung up at once: look at its log, and whether it takes PPTP from the gateway"
    ),
    "no answer": "Look whether the server is on and whether TCP 1723 is let through to it",
    "cannot be reached": (
        "Look whether the server is on, and from the gateway: ping it; TCP 1723 must be open"
    ),
    "timed out": (
        "Look whether the server is on and whether TCP 1723 and GRE are let through to it"
    ),
    "let this address": "Permit the gateway's inside address at the server",
    "forbid": "Permit the gateway's inside address at the server",
}


def hint(reason: str, detail: str = "") -> str:
    """What to do about a refusal for this reason; never empty."""
    words = reason.lower()
    if found := certificate_hint(words, detail):
        return found
    if words.startswith("server"):
        found = next((text for key, text in SERVER_HINTS.items() if key in detail.lower()), "")
        if found:
            return found
    exact = HINTS.get(words)
    if exact:
        return exact
    return next((text for key, text in HINTS.items() if key in words), ELSEWHERE)
