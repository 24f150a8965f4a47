from gateway.bridge.outcome import DETAILS, STEPS, steps_of
from gateway.outputs import Fact, What


def test_steps_and_findings_are_read_from_an_account() -> None:
    facts = [
        Fact(What.CHOSEN, details={"suite": "des-md5-modp768", "natt": "none"}),
        Fact(What.OFFERED),
        Fact(What.SA_READY, details={"suite": "des-md5", "spi_in": "c0ffee"}),
        Fact(What.SA_READY, details={"suite": "3des-sha1", "life_kilobytes": ""}),
    ]
    came, found = steps_of(facts)
    assert came == ("offered", "chosen", "sa-ready")
    assert found == {
        "chosen-suite": "des-md5-modp768",
        "chosen-natt": "none",
        "sa-ready-suite": "3des-sha1",
    }
    assert set(DETAILS) <= {*STEPS, What.RECOGNISED}
