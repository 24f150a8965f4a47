"""The part of `advice.py` that is about the servers inside."""

from typing import Final

from gateway.control.causes import Advice, Cause, Shown

NO_CALL: Final = Shown((629, 678), (629, 678), (629, 678, 807))

ADVICE_INSIDE: Final[dict[Cause, Advice]] = {
    Cause.SERVER_OFF: Advice(
        "Nobody is at the address of {server}",
        "Look whether the server is on and its cable is in, and ping it from the gateway",
        NO_CALL,
    ),
    Cause.SERVER_PORT_SHUT: Advice(
        "{Server} is on, but nothing listens on TCP 1723",
        "Start its PPTP service",
        NO_CALL,
    ),
    Cause.SERVER_SILENT: Advice(
        "{Server} does not answer on TCP 1723",
        "Look whether the server is on and whether TCP 1723 is let through to it",
        NO_CALL,
    ),
    Cause.SERVER_NOT_PPTP: Advice(
        "{Server} takes the connection on TCP 1723, and then does not speak PPTP as it should",
        "Look whether PPTP runs at the server, and in its log; a restart of its RAS often helps",
        NO_CALL,
    ),
    Cause.NO_WAY_INSIDE: Advice(
        "This gateway cannot send to {server}{why}",
        "Look at `ip address` and `ip route` here, and at [inside] in postern.toml",
        NO_CALL,
    ),
    Cause.SERVER_BUSY: Advice(
        "{Server} has no free line (busy)",
        "Wait for a line to become free at the server, or give it more PPTP or L2TP ports",
        Shown((676, 629, 678), (676, 629, 678), (676, 629)),
    ),
    Cause.SERVER_FORBIDS: Advice(
        "{Server} does not let this gateway call",
        "Permit the gateway's inside address at the server",
        NO_CALL,
    ),
    Cause.SERVER_REFUSES: Advice(
        "{Server} refuses the call{why}",
        "Look at the server's own log: it has no free line, or does not take calls from the "
        "gateway's inside address",
        NO_CALL,
    ),
    Cause.SERVER_DOWN: Advice(
        "{Server} is not there{why}",
        "Look whether the server is on, and whether it lets the gateway's address in",
        NO_CALL,
    ),
    Cause.SERVER_KEY: Advice(
        "{Server} has another pre-shared key than its route{why}",
        "Write the server's own key in the route's `psk`, or correct the policy at the server: the "
        "two are compared to the letter",
        NO_CALL,
    ),
    Cause.SERVER_IKE_SUITES: Advice(
        "{Server} takes none of the suites that the gateway offers it for IKE",
        "Add what the server takes to the route's `ike` list; Windows 2000 takes "
        "3des-sha1-modp1024, or des-sha1-modp768 where it is not allowed strong encryption",
        NO_CALL,
    ),
    Cause.SERVER_ESP_SUITES: Advice(
        "{Server} does not agree to keys for L2TP{why}",
        "Add what the server takes to the route's `esp` list, and look whether its IPsec policy is "
        "for L2TP (UDP 1701) and for the gateway's inside address",
        NO_CALL,
    ),
    Cause.SERVER_NO_IKE: Advice(
        "{Server} does not answer IKE",
        "Look whether the server is on, its IPsec service runs, and UDP 500 is open to it",
        NO_CALL,
    ),
    Cause.SERVER_IKE_REFUSES: Advice(
        "{Server} will not speak IKE with this gateway{why}",
        "Look whether the server's IPsec policy takes the gateway's inside address",
        NO_CALL,
    ),
    Cause.SERVER_NO_L2TP: Advice(
        "IPsec works towards {server}, but nothing answers L2TP",
        "Start the server's Routing and Remote Access",
        NO_CALL,
    ),
    Cause.SERVER_TUNNEL_SECRET: Advice(
        "{Server} wants L2TP's own tunnel authentication, which the gateway does not do",
        "Switch tunnel authentication off at the server: IPsec has proved who both are",
        NO_CALL,
    ),
    Cause.NO_PPPD: Advice(
        "Pppd could not be started on this machine{why}",
        "Look whether `postern pppd` runs here as root and what its journal says, and whether the "
        "Debian package ppp is installed",
        NO_CALL,
    ),
    Cause.NO_POOL: Advice(
        "No address is left in the pool of the route",
        "Write a larger `pool` in that route",
        NO_CALL,
    ),
    Cause.NO_INSIDE_ADDRESS: Advice(
        "The gateway has no address inside yet, and the route needs one",
        "Look at `ip address` here, and whether DHCP answers inside, or write `address` under "
        "[inside] in postern.toml",
        NO_CALL,
    ),
    Cause.SERVER_CROWDED: Advice(
        "Too many calls wait for {server} already",
        "Wait, and dial again: the server is called four times a second, no more",
        NO_CALL,
    ),
    Cause.CALL_WAITS: Advice(
        "The call of {client} has to wait for its turn: it came and went too often lately, or many "
        "call at once",
        "Wait a minute, then dial once and let it ring",
        NO_CALL,
    ),
}
