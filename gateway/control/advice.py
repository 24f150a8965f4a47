"""What each cause means, what to do next, and which numbers Windows shows for it.

The numbers: those that Microsoft's texts or a log name for it, the usual one first. Where only the
stage is known (Windows tells apart little), they are all that Windows has for that stage.

  KB325034  MSL2TP on 98, ME, NT 4: IPsec fails in silence, after 60 s L2TP has had no answer
  Q172215, Q174474, Q177670  a server that requires encryption: 629 (95), 720 (9x), 733, 742 (NT)
  Q219353   LCP that goes round in circles: 718
  KB885407  XP SP2 and a server behind a NAT: 678, later 809
  RFC 2759  MS-CHAP's own error numbers, 646 to 649, 691 and 709, are what Windows shows
  raserror  the texts of 600 to 832 as Microsoft documents them (see windows.py)
"""

from typing import Final

from gateway.control.advice_ike import ADVICE_IKE, NO_ANSWER, NO_IKE
from gateway.control.advice_inside import ADVICE_INSIDE, NO_CALL
from gateway.control.advice_mppe import ADVICE_MPPE
from gateway.control.advice_x509 import ADVICE_X509
from gateway.control.causes import Advice, Cause, Details, Shown

DEFAULTS: Final = {
    "Client": "The client",
    "client": "the client",
    "server": "the server",
    "user": "the user",
    "place": "its address",
    "speaks": "another protocol",
}
NONE: Final[Details] = {}
LINK: Final = Shown((720, 718, 650), (718, 732, 734, 720), (718, 734))
CUT: Final = Shown((629,), (629, 628, 719), (628, 629))

OTHERS: Final[dict[Cause, Advice]] = {
    Cause.CONNECTED: Advice("{Client} is connected", "Look at its figures with `postern sessions`"),
    Cause.DIALLING: Advice("{Client} is dialling at this moment", "Ask again in half a minute"),
    Cause.RULES_MISSING: Advice(
        "The firewall's rules are not in place, so no dial can arrive",
        "Restart the gateway, which sets them",
        NO_ANSWER,
    ),
    Cause.QUEUE_OVERFLOWS: Advice(
        "Packets were lost since more came than the gateway can read",
        "Look with `postern status` whether somebody floods it",
    ),
    Cause.CHANGE_REFUSED: Advice(
        "The last change of the configuration was refused, and the old one is in force{why}",
        "Run `postern check`, mend what it tells, and send the daemon SIGHUP",
    ),
    Cause.NOTHING_ARRIVES: Advice(
        "Nothing has come from {client}",
        "See whether it dials an address of [outside] in postern.toml, and whether the firewall "
        "and port forwarding on its way let UDP 500 and 4500 pass",
        NO_ANSWER,
        "See whether it dials {dialled}, and whether the firewall and port forwarding on its way "
        "let UDP 500 and 4500 pass",
    ),
    Cause.NO_IPSEC_AT_CLIENT: Advice(
        "{Client} may have its IPsec service switched off, and then sends nothing",
        "Start the service IPSEC Policy Agent (2000) or IPSEC Services (XP) there, and dial again",
        Shown((), (768,)),
    ),
    Cause.NO_CERTIFICATE_AT_CLIENT: Advice(
        "{Client} may have neither a key nor a certificate of its own, and then sends nothing",
        "Enter the pre-shared key there, or import its certificate for the computer, not the user",
        Shown((), (781, 786, 766), (786, 766)),
    ),
    Cause.NO_POLICY_AT_CLIENT: Advice(
        "{Client} may be told not to make its own IPsec policy (ProhibitIpSec=1), and has no other",
        "Set ProhibitIpSec to 0 there, or assign the IPsec policy made for it (KB240262)",
        Shown((), (791,), (791, 809)),
    ),
    Cause.OTHER_PROTOCOL: Advice(
        "Something at {place} speaks {speaks}, and this gateway only L2TP/IPsec by IKE version 1",
        "Set its type of VPN to L2TP/IPsec there",
        NO_ANSWER,
        "{remedy}",
    ),
    Cause.FORGOTTEN_KEYS: Advice(
        "{Client} still uses keys that the gateway does not have any more, as after a restart",
        "Hang up there and dial again; a Windows that was not told needs some minutes",
        Shown((678,), (678, 789), (809,)),
    ),
    Cause.ESP_BLOCKED: Advice(
        "{Client} has agreed on keys, and no packet under them arrives",
        "Let UDP 4500, and IP protocol 50 where there is no NAT, pass at the firewall on its way",
        NO_ANSWER,
    ),
    Cause.L2TP_NEVER_STARTS: Advice(
        "{Client} has its keys and uses them, and begins no L2TP",
        "Set the connection to L2TP there, not to plain IPsec, and start the machine again",
        NO_ANSWER,
    ),
    Cause.TUNNEL_REFUSED: Advice(
        "The L2TP tunnel of {client} was refused{why}",
        "Switch off tunnel authentication at the client, and see that it has a computer name",
        NO_CALL,
    ),
    Cause.TUNNEL_UNANSWERED: Advice(
        "{Client} has begun L2TP and does not go on after the gateway's answer",
        "Dial again; if it stays so, look whether its NAT sends back what comes to its UDP port",
        NO_ANSWER,
    ),
    Cause.NO_ROUTE: Advice(
        "{Client} has no route to a server any more",
        "Give the client a `route` in postern.toml, then send the daemon SIGHUP",
        NO_CALL,
    ),
    Cause.KEYS_DELETED: Advice(
        "{Client} has deleted its keys while it dialled", "Dial again at the client", NO_CALL
    ),
    Cause.SESSION_LIMIT: Advice(
        "The limit of sessions is reached",
        "Raise `sessions` under [limits] in postern.toml, or end some that idle",
        NO_CALL,
    ),
    Cause.STOPPING: Advice(
        "The gateway was being stopped", "Dial again when the gateway is up again", CUT
    ),
    Cause.GRE_SILENT: Advice(
        "{Server} has taken the call, and no GRE comes from it",
        "Let IP protocol 47 (GRE) pass between server and gateway, in both directions",
        Shown((650, 718, 721), (718, 721), (806, 718)),
    ),
    Cause.SERVER_PPP_SILENT: Advice(
        "{Server} has taken the call, and sends no PPP",
        "Look at the server's Routing and Remote Access and its log, and restart it",
        Shown((650, 718, 721), (718, 721), (718, 721)),
    ),
    Cause.PPP_SILENT: Advice(
        "{Client} has its call, and sends no PPP",
        "Dial again; if it stays so, remove and make anew the connection at the client",
        Shown((650, 718, 721), (718, 721), (718, 721)),
    ),
    Cause.LINK_NOT_AGREED: Advice(
        "Client and server do not agree on how to talk PPP (LCP){why}",
        "Compare what client and server require under encryption and authentication",
        LINK,
    ),
    Cause.AUTHENTICATION_KIND: Advice(
        "{Client} will not prove itself in the way the server asks for{why}",
        "Permit a method that both have, best MS-CHAP version 2, in the security of the connection "
        "at the client or at the server",
        Shown((629, 691), (734, 691, 629), (734, 691)),
    ),
    Cause.USER_REFUSED: Advice(
        "The server has refused {user}: name or password is wrong",
        "Enter name, password and domain again at the client, and look at its account on the "
        "server",
        Shown((691,), (691,), (691,)),
    ),
    Cause.ACCOUNT_REFUSED: Advice(
        "The server has refused {user}{why}",
        "Mend the account on the server: hours, expiry, and the permission to dial in",
        Shown((649, 648, 647, 646), (649, 648, 647, 646), (649, 648, 647, 646)),
    ),
    Cause.ENCRYPTION_DEMANDED: Advice(
        "One end demands PPP encryption (MPPE), which the other does not do inside L2TP/IPsec",
        "Permit unencrypted links at the server and at the client: IPsec encrypts already",
        Shown((720, 629, 733, 742), (742, 741, 733, 734), (742, 741)),
    ),
    Cause.NO_NETWORK_PROTOCOL: Advice(
        "Client and server have no network protocol in common{why}",
        "Switch on TCP/IP at both, and see that the server has an address left for the client",
        Shown((720, 733), (733, 720, 736), (720, 736)),
    ),
    Cause.NO_TRAFFIC: Advice(
        "PPP is up, and no data passes{why}",
        "Look at the client whether it goes to the server by this connection, and at the server "
        "whether it routes and what its firewall drops",
    ),
    Cause.ENDED_BY_CLIENT: Advice(
        "{Client} hung up{why}",
        "Dial again; if it ends by itself, look at the idle time-out of the connection there",
    ),
    Cause.CLIENT_VANISHED: Advice(
        "{Client} does not answer any more",
        "Look whether the machine was switched off or its line is down; it may redial at once",
        CUT,
    ),
    Cause.ENDED_BY_SERVER: Advice(
        "{Server} ended the call{why}",
        "Look at the server's own log, and at its idle time-out and hours for that user",
        CUT,
    ),
    Cause.SERVER_LOST: Advice(
        "{Server} was lost{why}",
        "Look whether the server was restarted, and at the cable inside",
        CUT,
    ),
    Cause.PUT_OUT: Advice(
        "{Client} was put out{why}", "Look at its entry in postern.toml", NO_IKE, "{remedy}"
    ),
    Cause.ENDED_BY_OWNER: Advice(
        "Somebody at the gateway ended the session of {client}",
        "Dial again, or ask whoever looks after the gateway",
        CUT,
    ),
    Cause.ENDED_BY_GATEWAY: Advice(
        "The gateway ended the session of {client}{why}", "Dial again at the client", CUT
    ),
    Cause.UNKNOWN: Advice(
        "It stopped where no rule knows why{why}",
        "Look at the lines before this one with `postern sessions ID`",
    ),
}
ADVICE: Final[dict[Cause, Advice]] = ADVICE_IKE | ADVICE_X509 | ADVICE_INSIDE | ADVICE_MPPE | OTHERS
EMPTY: Final = ("offered", "why")  # pieces that may be missing


def says(cause: Cause, details: Details = NONE) -> str:
    """What is wrong, with the details there are; begins with a capital and has no full stop."""
    return ADVICE[cause].says.format_map(_filled(details))


def step(cause: Cause, details: Details = NONE) -> str:
    """What to do next, with the details there are."""
    advice = ADVICE[cause]
    if advice.exact:
        try:
            return advice.exact.format_map(details)
        except KeyError:
            pass
    return advice.step.format_map(_filled(details))


def told(cause: Cause, details: Details = NONE) -> str:
    """Both halves as the one sentence a person reads."""
    next_step = step(cause, details)
    return f"{says(cause, details)}; {next_step[:1].lower()}{next_step[1:]}."


def _filled(details: Details) -> dict[str, str]:
    found = {**DEFAULTS, **dict.fromkeys(EMPTY, ""), **details}
    server = found["server"]
    found["Server"] = server[:1].upper() + server[1:]
    return found
