"""The keys of `[[route]]` and `[[choice]]`: a part of the schema."""

from gateway.control import values, values_route
from gateway.control.limits import MOST_CHOICES, MOST_ROUTES
from gateway.control.suites import ESP_SUITES, IKE_SUITES, MPPE_TERMS
from gateway.control.tables import Key, Table

PPTP, L2TP_IPSEC, LOCAL = "pptp", "l2tp-ipsec", "local"
ROUTE_KINDS = (PPTP, L2TP_IPSEC, LOCAL)
TO_SERVERS = (PPTP, L2TP_IPSEC)  # of somebody else
ORDERS = ("first", "turns")  # the first that is there; each in its turn
KERNEL = "kernel"
CARRIERS = ("auto", KERNEL, "user")  # who carries the frames of a session that is up
ENCRYPTIONS = ("clear", "mppe", "refuse")  # of PPP on the leg towards a PPTP server
AUTHS = ("mschap-v2", "mschap", "chap", "pap")  # the strongest first
TUNNELS = ("one", "each")  # one for all calls; one for each, from an address of its own

ROUTE = Table(
    "route",
    "A way to one old server, or into the LAN.",
    (
        Key("name", values.name, "What you call it; each only once.", '"old-nt4"', required=True),
        Key("kind", values.one_of("kind of route", ROUTE_KINDS), "How.", '"pptp"', required=True),
        Key(
            "server",
            values.endpoint,
            "The server's address; of a PPTP server with a port if it is not 1723.",
            '"10.10.0.2"',
            kinds=TO_SERVERS,
        ),
        Key(
            "servers",
            values.endpoint,
            "Several servers of this kind instead, of which one takes the call.",
            '["10.10.0.2", "10.10.0.12"]',
            listed=True,
            instead=True,
            kinds=TO_SERVERS,
        ),
        Key(
            "order",
            values.one_of("order", ORDERS),
            "Of several servers: the first that is there, or each in its turn.",
            '"first"',
            kinds=TO_SERVERS,
        ),
        Key(
            "check_seconds",
            values.whole(10, 3600),
            "Of several servers: how often to look whether one is there.",
            "60",
            kinds=TO_SERVERS,
        ),
        Key(
            "shield",
            values.truth,
            "Whether all that goes to the server is checked and built anew, and calls are paced.",
            "true",
        ),
        Key(
            "encryption",
            values.one_of("kind of encryption", ENCRYPTIONS),
            "Of the leg to the server: clear, mppe by the gateway, or none at all (refuse).",
            '"clear"',
            kinds=(PPTP,),
        ),
        Key(
            "mppe",
            values.one_of("kind of MPPE", MPPE_TERMS),
            "What may be agreed on with the server; the order is Postern's own.",
            '["128", "128-stateful"]',
            listed=True,
            kinds=(PPTP,),
        ),
        Key(
            "psk",
            values.psk,
            "The pre-shared key between the gateway and the server.",
            '"another long random text"',
            secret=True,
            kinds=(L2TP_IPSEC,),
        ),
        Key(
            "psk_file",
            values.text,
            "The file with that key instead.",
            '"old-w2k.psk"',
            instead=True,
            kinds=(L2TP_IPSEC,),
        ),
        Key(
            "ike",
            values.one_of("IKE suite", IKE_SUITES),
            "What is offered to the server for IKE, in this order.",
            '["3des-sha1-modp1024"]',
            listed=True,
            kinds=(L2TP_IPSEC,),
        ),
        Key(
            "esp",
            values.one_of("ESP suite", ESP_SUITES),
            "What is offered to the server for ESP, in this order.",
            '["3des-sha1"]',
            listed=True,
            kinds=(L2TP_IPSEC,),
        ),
        Key(
            "tunnels",
            values.one_of("way of tunnels", TUNNELS),
            "One L2TP tunnel for all calls, or one for each call from an address of the pool.",
            '"each"',
            kinds=(L2TP_IPSEC,),
        ),
        Key(
            "pool",
            values_route.pool,
            "The gateway's further addresses inside, one for each tunnel; on the route into the "
            "LAN those that clients get.",
            '"10.10.0.100-10.10.0.119"',
            kinds=(L2TP_IPSEC, LOCAL),
        ),
        Key(
            "auth",
            values.one_of("kind of authentication", AUTHS),
            "How a user may prove his password; the strongest that the client takes is used.",
            '["mschap-v2"]',
            listed=True,
            kinds=(LOCAL,),
        ),
        Key(
            "dns",
            values.address,
            "Up to two servers for names that clients are told of.",
            '["10.10.0.53"]',
            listed=True,
            kinds=(LOCAL,),
        ),
        Key(
            "wins",
            values.address,
            "Up to two servers for NetBIOS names that clients are told of.",
            '["10.10.0.2"]',
            listed=True,
            kinds=(LOCAL,),
        ),
        Key(
            "radius",
            values.address,
            "The RADIUS server that knows the users, in place of /etc/ppp/chap-secrets.",
            '"10.10.0.5"',
            kinds=(LOCAL,),
        ),
        Key(
            "radius_secret",
            values_route.radius_secret,
            "The secret between it and this machine.",
            '"a-third-long-random-text"',
            secret=True,
            kinds=(LOCAL,),
        ),
        Key(
            "carrier",
            values.one_of("carrier", CARRIERS),
            "The daemon (user), the kernel where it can (auto; not behind a shield), or it alone.",
            '"auto"',
        ),
    ),
    most=MOST_ROUTES,
    named="name",
    examples=(
        {"kind": f'"{PPTP}"'},
        {"kind": f'"{L2TP_IPSEC}"', "name": '"old-w2k"', "server": '"10.10.0.3"'},
        {"kind": f'"{LOCAL}"', "name": '"lan"', "pool": '"10.10.0.150-10.10.0.199"'},
    ),
)

CHOICE = Table(
    "choice",
    "Which calls take another route than their client's: the first choice that fits.",
    (
        Key(
            "name", values.name, "What you call it; each only once.", '"night-shift"', required=True
        ),
        Key("client", values.name, "Only calls of this client.", '"press-3"'),
        Key(
            "identity",
            values_route.pattern,
            "Only machines that call themselves so in IKE; * stands for anything.",
            '"192.168.1.*"',
        ),
        Key("called", values.address, "Only calls to this outside address.", '"203.0.113.1"'),
        Key(
            "user",
            values_route.pattern,
            "Only users of this PPP name; they are told the client's route first.",
            '"night-*"',
        ),
        Key("route", values.name, "The route such a call takes.", '"old-w2k"', required=True),
    ),
    most=MOST_CHOICES,
    named="name",
    examples=({}, {"name": '"fitters"', "user": '"fitter-*"', "route": '"lan"'}),
)
