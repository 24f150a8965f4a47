"""What day it is here, for what has a last day."""

import time
from datetime import date


def today() -> date:
    return date(*time.localtime()[:3])
