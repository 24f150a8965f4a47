"""Certificates and keys that stand in files, put into the text of the configuration itself.

Apart from `certificates.py`, since the daemon has no use for what edits texts, nor memory to spare.
"""

from gateway.control.canonical import entries_of, raw_of
from gateway.control.certificates import BESIDE, DER
from gateway.control.document import File, ReadFile
from gateway.control.edit import Change
from gateway.x509.pem import CERTIFICATE, CRL, build_pem


def inlined(text: str, read_file: ReadFile) -> list[Change]:
    """What puts the contents of all files with certificates and keys into the text itself.

    For whoever cannot read those files: the gateway's own copy of the configuration.
    """
    raw, changes = raw_of(text), list[Change]()
    for table, keys in ("certificate", ("chain", "key")), ("ca", ("certificate", "crl")):
        for entry in entries_of(raw.get(table)):
            for key in keys:
                file = read_file(str(entry[key + BESIDE])) if key + BESIDE in entry else ""
                if isinstance(file, File):
                    name = str(entry.get("name", ""))
                    changes.append(Change("unset", table, name, key + BESIDE))
                    changes.append(Change("set", table, name, key, as_text(key, file.data)))
    return changes


def as_text(key: str, data: bytes) -> str:
    """What a file holds, as it can stand in the configuration itself."""
    if data[:1] == DER:
        return build_pem(CRL if key == "crl" else CERTIFICATE, data)
    return data.decode("ascii", "replace")
