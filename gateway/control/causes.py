"""Everything that can keep an old client from connecting, as far as a gateway can see it.

The names are what JSON and tests use. What each means and what to do about it is `advice.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Cause(Enum):
    """In the order in which a dial goes wrong."""

    CONNECTED = "connected"
    DIALLING = "dialling"
    # before a dial
    RULES_MISSING = "rules-missing"
    QUEUE_OVERFLOWS = "queue-overflows"
    CHANGE_REFUSED = "change-refused"
    NOTHING_ARRIVES = "nothing-arrives"
    NO_IPSEC_AT_CLIENT = "no-ipsec-at-client"
    NO_CERTIFICATE_AT_CLIENT = "no-certificate-at-client"
    NO_POLICY_AT_CLIENT = "no-policy-at-client"
    OTHER_PROTOCOL = "other-protocol"
    FORGOTTEN_KEYS = "forgotten-keys"
    # IKE, main mode
    ADDRESS_NOT_ALLOWED = "address-not-allowed"
    AGGRESSIVE_MODE = "aggressive-mode"
    HALF_OPEN = "too-many-half-open"
    NO_PROPOSAL = "no-proposal"
    NOT_ALLOWED_PROPOSAL = "proposal-not-allowed"
    QUARANTINE_EXPIRED = "quarantine-expired"
    SECOND_UNANSWERED = "second-message-unanswered"
    BAD_PUBLIC_VALUE = "bad-public-value"
    GATEWAY_BEHIND_NAT = "gateway-behind-nat"
    NAT_WITHOUT_TRAVERSAL = "nat-without-traversal"
    FOURTH_UNANSWERED = "fourth-message-unanswered"
    WRONG_KEY = "wrong-key"
    ONLY_CERTIFICATES = "only-certificates"
    CERTIFICATE_MISSING = "certificate-missing"
    CERTIFICATES_NOT_TAKEN = "certificates-not-taken"
    CERTIFICATE_NOT_TRUSTED = "certificate-not-trusted"
    CERTIFICATE_FORGED = "certificate-not-signed-by-its-authority"
    CERTIFICATE_TIME = "certificate-expired-or-clock-wrong"
    CERTIFICATE_REVOKED = "certificate-revoked"
    CERTIFICATE_HASH = "certificate-hash-not-allowed"
    CERTIFICATE_KEY = "certificate-key-unusable"
    CERTIFICATE_PURPOSE = "certificate-for-something-else"
    CERTIFICATE_IDENTITY = "certificate-of-another-name"
    CERTIFICATE_OF_NOBODY = "certificate-of-no-client"
    WRONG_SIGNATURE = "wrong-signature"
    CERTIFICATE_REFUSED = "certificate-refused"
    CLIENT_REVOKED = "client-revoked"
    WRONG_KEYS_FLOOD = "too-many-wrong-keys"
    BAD_IDENTITY = "bad-identity"
    OTHER_IDENTITY = "other-identity"
    # IKE, quick mode
    SIXTH_UNANSWERED = "sixth-message-unanswered"
    QUICK_MODE_REFUSED = "quick-mode-refused"
    # L2TP
    ESP_BLOCKED = "esp-blocked"
    L2TP_NEVER_STARTS = "l2tp-never-starts"
    TUNNEL_REFUSED = "tunnel-refused"
    TUNNEL_UNANSWERED = "tunnel-unanswered"
    NO_ROUTE = "no-route"
    KEYS_DELETED = "keys-deleted"
    SESSION_LIMIT = "session-limit"
    STOPPING = "stopping"
    # the server inside
    SERVER_OFF = "server-off"
    SERVER_PORT_SHUT = "server-port-shut"
    SERVER_SILENT = "server-silent"
    SERVER_NOT_PPTP = "server-not-pptp"
    NO_WAY_INSIDE = "no-way-inside"
    SERVER_BUSY = "server-busy"
    SERVER_FORBIDS = "server-forbids"
    SERVER_REFUSES = "server-refuses"
    SERVER_DOWN = "server-down"
    SERVER_KEY = "server-key"
    SERVER_IKE_SUITES = "server-ike-suites"
    SERVER_ESP_SUITES = "server-esp-suites"
    SERVER_NO_IKE = "server-no-ike"
    SERVER_IKE_REFUSES = "server-ike-refuses"
    SERVER_NO_L2TP = "server-no-l2tp"
    SERVER_TUNNEL_SECRET = "server-tunnel-secret"
    NO_POOL = "no-pool"
    NO_PPPD = "no-pppd"
    NO_INSIDE_ADDRESS = "no-inside-address"
    SERVER_CROWDED = "too-many-calls-wait"
    CALL_WAITS = "call-waits"
    # PPP
    GRE_SILENT = "gre-silent"
    SERVER_PPP_SILENT = "server-ppp-silent"
    PPP_SILENT = "ppp-silent"
    LINK_NOT_AGREED = "link-not-agreed"
    AUTHENTICATION_KIND = "authentication-kind"
    USER_REFUSED = "user-refused"
    ACCOUNT_REFUSED = "account-refused"
    ENCRYPTION_DEMANDED = "encryption-demanded"
    SERVER_DEMANDS_ENCRYPTION = "server-demands-encryption"
    NO_MS_CHAP = "no-ms-chap"
    PASSWORD_NOT_STORED = "password-not-stored"
    STORED_PASSWORD_WRONG = "stored-password-wrong"
    LM_HASH_NOT_STORED = "lm-hash-not-stored"
    SERVER_NO_MPPE = "server-no-mppe"
    ENCRYPTION_NOT_AGREED = "encryption-not-agreed"
    ENCRYPTION_BROKE = "encryption-broke"
    NO_NETWORK_PROTOCOL = "no-network-protocol"
    NO_TRAFFIC = "no-traffic"
    # the end
    ENDED_BY_CLIENT = "ended-by-client"
    CLIENT_VANISHED = "client-vanished"
    ENDED_BY_SERVER = "ended-by-server"
    SERVER_LOST = "server-lost"
    PUT_OUT = "put-out"
    ENDED_BY_OWNER = "ended-by-owner"
    ENDED_BY_GATEWAY = "ended-by-gateway"
    UNKNOWN = "unknown"


# Where Windows gives up before it sends anything: all the gateway can tell is that nothing came.
UNSEEN: Final = (
    Cause.NO_IPSEC_AT_CLIENT,
    Cause.NO_CERTIFICATE_AT_CLIENT,
    Cause.NO_POLICY_AT_CLIENT,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The numbers Windows shows for a cause: which one depends on its version and its patches.

    `old` is Windows 98, ME and NT 4 with the L2TP/IPsec client that Microsoft gave out for them,
    `nt5` Windows 2000 and XP, `later` Vista and what came after it.
    """

    old: tuple[int, ...] = ()
    nt5: tuple[int, ...] = ()
    later: tuple[int, ...] = ()

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(sorted({*self.old, *self.nt5, *self.later}))


@dataclass(frozen=True, slots=True)
class Advice:
    """A cause in a sentence's halves: what is wrong, and the next step.

    Both may name details in braces. `exact` takes the place of `step` where all its details are
    known. Halves begin with a capital and have no full stop.
    """

    says: str
    step: str
    shown: Shown = Shown()
    exact: str = ""


Details = Mapping[str, str]
