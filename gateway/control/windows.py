"""The numbers on an old machine's screen: what Windows writes beside each, and what to do there.

The texts are Microsoft's own. `raserror` is the list "Routing and Remote Access Error Codes" of its
Win32 documentation, which holds for Windows 2000 and later unless it says otherwise; a number with
Q or KB is an article of its Knowledge Base. Windows 98, ME and NT 4 know nothing of IPsec: with the
L2TP/IPsec client that Microsoft gave out for them, all that goes wrong in it is 678 (KB325034).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gateway.control.advice import ADVICE
from gateway.control.causes import UNSEEN, Cause

FAMILIES: Final[Mapping[str, str]] = {
    "old": "Windows 98, ME, NT 4",
    "nt5": "Windows 2000, XP",
    "later": "Windows Vista and later",
}


class Screen(NamedTuple):
    """One number. `text` is Windows 2000's and later, `older` that of 98 or NT 4 where it differs;
    `there` is what the person at the machine can do."""

    text: str
    there: str
    older: str = ""


TYPE_AGAIN: Final = "Type name, password and domain again; Caps Lock off"
ASK_OWNER: Final = "Ask whoever looks after the gateway to run `postern explain`"
NEGOTIATE: Final = "Type the pre-shared key again, with the same capitals and blanks"

SCREENS: Final[dict[int, Screen]] = {
    628: Screen("The port was disconnected.", "Dial again; if it comes back, as for 629"),
    629: Screen(
        "The port was disconnected by the remote computer.",
        f"Wait a minute and dial again. {ASK_OWNER}: the old server may be down or full",
        # Q172215 (95), Q280375 (98, ME); NT 4 says the first
        "You have been disconnected from the computer you dialed.",
    ),
    646: Screen("The account is not permitted to log on at this time of day.", ASK_OWNER),
    647: Screen("The account is disabled.", ASK_OWNER),
    648: Screen("The password has expired.", "Have the password changed on the old server"),
    649: Screen("The account does not have Remote Access permission.", ASK_OWNER),
    650: Screen("The remote access server is not responding.", "As for 718"),
    676: Screen("The line is busy.", "All lines of the old server are taken: wait, dial again"),
    678: Screen(
        "There is no answer.",  # the same on NT 4 (Q178697)
        "See whether the Internet works there and the address dialled is right. Then type the "
        "pre-shared key again: on 98, ME and NT 4 a wrong key shows as this",
    ),
    691: Screen(
        "Access denied because the user name, password, or both is not valid on the domain.",
        f"{TYPE_AGAIN}. The old server checks them, not the gateway",
    ),
    718: Screen(
        "A PPP timeout occurred.",
        f"Dial again. {ASK_OWNER}: the old server does not answer, or GRE is blocked on its way",
        # Q319116 (98, ME, NT 4)
        "Timed out waiting for a valid response from the remote PPP Peer",
    ),
    719: Screen("The connection was terminated by the remote computer.", "As for 629"),
    720: Screen(
        "No PPP control protocols are configured.",
        "See that TCP/IP is ticked in the connection's settings, and `Require data encryption` is "
        "not: IPsec encrypts already",
        # Q130079, Q174474 (95, 98); NT 4 says the first (Q123298)
        "Dial-Up Networking could not negotiate a compatible set of network protocols you "
        "specified in the Server Type settings.",
    ),
    721: Screen("The remote PPP peer is not responding.", "As for 718"),
    732: Screen("The PPP negotiation is not converging.", "As for 720"),
    733: Screen(
        # the same on NT 4 (Q168720)
        "The PPP control protocol for this network protocol is not available on the server.",
        "Take the tick from `Require data encryption`. "
        f"{ASK_OWNER}: the old server may have no address left, or demand encryption",
    ),
    734: Screen("The PPP link control protocol was terminated.", "As for 720"),
    736: Screen("The remote computer terminated the control protocol.", "As for 733"),
    741: Screen("The local computer does not support encryption.", "As for 742"),
    742: Screen(
        "The remote server does not support encryption.",
        "Take the tick from `Require data encryption` in the connection's security: IPsec encrypts "
        "already",
        "The remote computer does not support the required encryption type.",  # Q174474
    ),
    766: Screen("A certificate could not be found.", "As for 781"),
    768: Screen(
        "The connection attempt failed because of failure to encrypt data.",
        "Start the service IPSEC Policy Agent (2000) or IPSEC Services (XP), then dial again",
    ),
    781: Screen(
        "The encryption attempt failed because no valid certificate was found.",
        "Enter the pre-shared key in the connection's security (on 2000: by an IPsec policy, "
        "KB240262), or import the machine's certificate for the computer, not for the user",
    ),
    786: Screen(
        "The L2TP connection attempt failed because there is no valid machine certificate on your "
        "computer for security authentication.",
        "As for 781",
    ),
    787: Screen(
        "The L2TP connection attempt failed because the security layer could not authenticate the "
        "remote computer.",
        "See that the gateway's authority is among the computer's trusted ones, and the clock",
    ),
    788: Screen(
        "The L2TP connection attempt failed because the security layer could not negotiate "
        "compatible parameters with the remote computer.",
        f"{ASK_OWNER}: it names the suite that is missing",
    ),
    789: Screen(
        "The L2TP connection attempt failed because the security layer encountered a processing "
        "error during initial negotiations with the remote computer.",
        f"{NEGOTIATE}. Where it uses a certificate, look at the machine's clock",
    ),
    790: Screen(
        "The L2TP connection attempt failed because certificate validation on the remote computer "
        "failed.",
        "Have the machine's certificate issued anew, and look at its clock",
    ),
    791: Screen(
        "The L2TP connection attempt failed because security policy for the connection was not "
        "found.",
        "Start the service IPSEC Policy Agent (2000) or IPSEC Services (XP), and see that "
        "ProhibitIpSec is 0 in the registry, or an IPsec policy is assigned (KB240262)",
    ),
    792: Screen(
        "The L2TP connection attempt failed because security negotiation timed out.",
        "See whether the Internet works there and a firewall lets UDP 500 and 4500 out. "
        f"{NEGOTIATE}",
    ),
    800: Screen("Unable to establish the VPN connection.", "As for 678"),
    806: Screen(
        "The connection has been started, but cannot be completed: GRE packets are not let "
        "through.",
        "As for 718",
    ),
    807: Screen("The network connection to the VPN server was interrupted.", "As for 629"),
    809: Screen(
        "The network connection between your computer and the VPN server could not be established "
        "because the remote server is not responding.",
        "As for 792; 98 to XP do not know this number. Behind a NAT set "
        "AssumeUDPEncapsulationContextOnSendRule to 2 (KB926179)",
    ),
    810: Screen(
        "A network connection was started, but not completed: the certificate is wrong or expired.",
        "As for 790",
    ),
}


# Met most often, by what the forums of L2TP servers are asked: told before all others.
OFTEN: Final = (
    Cause.WRONG_KEY,
    Cause.USER_REFUSED,
    Cause.NOTHING_ARRIVES,
    Cause.FOURTH_UNANSWERED,
    Cause.GATEWAY_BEHIND_NAT,
    Cause.NO_PROPOSAL,
    Cause.SERVER_SILENT,
    Cause.SERVER_BUSY,
    Cause.ENCRYPTION_DEMANDED,
    Cause.SERVER_DEMANDS_ENCRYPTION,
    Cause.TUNNEL_REFUSED,
    Cause.SERVER_OFF,
    Cause.CERTIFICATE_TIME,
    Cause.CERTIFICATE_NOT_TRUSTED,
    Cause.SECOND_UNANSWERED,
)


def families(number: int) -> tuple[str, ...]:
    """Which kinds of Windows show this number for anything in the table of causes."""
    return tuple(
        words
        for family, words in FAMILIES.items()
        if any(number in getattr(advice.shown, family) for advice in ADVICE.values())
    )


def causes_of(number: int) -> tuple[Cause, ...]:
    """What a number can mean: those met often, then all others in the order of a dial."""
    found = [cause for cause, advice in ADVICE.items() if number in advice.shown.all]
    often = [cause for cause in OFTEN if cause in found]
    return (*often, *(cause for cause in found if cause not in often))


def is_seen(number: int) -> bool:
    """Whether anything that shows this number can be told from what comes to the gateway."""
    return any(cause not in UNSEEN for cause in causes_of(number))
