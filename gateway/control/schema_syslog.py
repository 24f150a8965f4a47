"""The keys of `[syslog]`: a part of the schema."""

from gateway.control import values, values_syslog
from gateway.control.tables import Key, Table

SYSLOG = Table(
    "syslog",
    "A collector of logs, to which the appliance sends its journal (RFC 5424, by TLS).",
    (
        Key("server", values_syslog.host, "Its name or address.", '"logs.example.org"'),
        Key("port", values.whole(1, 65535), "Its TCP port.", "6514"),
        Key(
            "name",
            values_syslog.host,
            "The name in its certificate, if that is not what server says.",
            '"logs.example.org"',
        ),
        Key(
            "ca",
            values_syslog.authority,
            "Who issued that certificate, as PEM.",
            r'"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"',
            pem=True,
        ),
    ),
)
