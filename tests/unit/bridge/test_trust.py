"""From the configuration to what IKE is told of certificates."""

from datetime import date

from gateway.bridge.admission import ike_policy
from gateway.bridge.trust import signing
from gateway.control.days import moment_of
from gateway.wire.udp import Endpoint
from tests import pki
from tests.unit.control.pki_files import GOOD, OURS, Files
from tests.unit.control.written import GOOD as WITH_KEYS
from tests.unit.control.written import config_of

TODAY = date(2026, 9, 21)
CONFIG = config_of(GOOD, Files())


def test_ours_and_the_authorities_are_handed_on() -> None:
    found = signing(CONFIG, 0.0)
    assert found is not None
    (identity,) = found.identities
    assert identity.certificate.der == OURS.der
    assert identity.key == CONFIG.certificates[0].key
    assert found.authorities == CONFIG.authorities


def test_the_floor_is_the_latest_day_of_what_was_made() -> None:
    found = signing(CONFIG, 0.0)
    assert found is not None
    assert found.date == pki.TODAY - 86400  # the list of revoked ones is the newest of all


def test_without_certificates_there_is_nothing_to_sign_by() -> None:
    assert signing(config_of(WITH_KEYS), 0.0) is None
    assert ike_policy(config_of(WITH_KEYS), TODAY).signing is None


def test_a_client_is_known_by_its_certificate() -> None:
    policy = ike_policy(CONFIG, TODAY)
    (credential,) = policy.credentials(Endpoint(b"\1\2\3\4", 500))
    assert str(credential.certificate) == "CN=press-3"
    assert credential.psk == b""
    assert policy.signing is not None
    assert policy.signing.date == moment_of(TODAY)
