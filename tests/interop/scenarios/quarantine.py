"""A machine that knows DES, MD5 and MODP768 alone: let in until its day is over, and no longer."""

from typing import Any

from tests.interop.lab.calendar import days_later, in_days
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    last = in_days(10)
    gateway = lab.gateway(
        'ike = ["3des-sha1-modp1024", "des-md5-modp768"]\nesp = ["3des-sha1", "des-md5"]\n'
        f'weak_reason = "its controller knows no other"\nweak_until = {last}\n'
    )
    client = lab.strongswan(Profile("des-md5-modp768", "des-md5"), behind=lab.nat())
    client.dial()
    session = gateway.session()
    received = client.ping().received
    status = gateway.ask("status")
    lab.step("its last day")
    with days_later(10):
        gateway.reload()
        on_the_last_day = len(gateway.sessions())
    lab.step("the day after")
    with days_later(11):
        gateway.reload()
        out = until(lambda: client.link() is None, 10)
        client.start_over()
        late = client.refused_dial()
        told = gateway.refusals()
        after = gateway.ask("status")
    return {
        "session": session,
        "received": received,
        "last": str(last),
        "warnings": status["warnings"],
        "on_the_last_day": on_the_last_day,
        "out": out,
        "late": late.step,
        "told": told,
        "after": after["warnings"],
        "goes_by": after["today"],
        "the_day_after": str(in_days(11)),
        "journal": gateway.log(),
    }
