"""Dates in certificates (RFC 5280, 4.1.2.5), as seconds since 1970 in UTC.

By sums of our own: nothing below the edges knows a clock or a calendar of the system's.
"""

from typing import Final

from gateway.x509.der import GENERALIZED_TIME, UTC_TIME, Der, encode
from gateway.x509.errors import BadDer

DAY: Final = 86400  # seconds
FOREVER: Final = 253402300799  # the last second of the year 9999
_BEFORE: Final = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)  # days before each month


def read_date(der: Der) -> int:
    """The next element, a UTCTime or a GeneralizedTime."""
    short = der.next_is(UTC_TIME)
    text = der.body(UTC_TIME if short else GENERALIZED_TIME)
    digits = text[:-1]
    if len(text) != (13 if short else 15) or text[-1:] != b"Z" or not digits.isdigit():
        raise BadDer("a date that is not one")
    year = int(digits[:-10])
    if short:
        year += 1900 if year >= 50 else 2000
    month, day, hour, minute, second = (
        int(digits[len(digits) - 10 + place :][:2]) for place in range(0, 10, 2)
    )
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        raise BadDer("a date that is not one")
    return _days(year, month, day) * DAY + hour * 3600 + minute * 60 + second


def date_bytes(seconds: int) -> bytes:
    """UTCTime through 2049, GeneralizedTime after it, as RFC 5280 wants."""
    year, month, day, rest = _split(seconds)
    text = f"{month:02}{day:02}{rest // 3600:02}{rest // 60 % 60:02}{rest % 60:02}Z"
    if 1950 <= year < 2050:
        return encode(UTC_TIME, f"{year % 100:02}{text}".encode())
    return encode(GENERALIZED_TIME, f"{year:04}{text}".encode())


def date_text(seconds: int) -> str:
    """For people: 2031-05-17."""
    year, month, day, _ = _split(seconds)
    return f"{year:04}-{month:02}-{day:02}"


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar, which year 0 is far outside of."""
    past = year - 1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    before = past * 365 + past // 4 - past // 100 + past // 400 - 719162
    return before + _BEFORE[month - 1] + (leap and month > 2) + day - 1


def _split(seconds: int) -> tuple[int, int, int, int]:
    """Year, month, day, and the seconds of that day."""
    days, rest = divmod(max(0, min(seconds, FOREVER)), DAY)
    year = 1970 + days // 366
    while _days(year + 1, 1, 1) <= days:
        year += 1
    month = next(month for month in range(12, 0, -1) if _days(year, month, 1) <= days)
    return year, month, days - _days(year, month, 1) + 1, rest
