"""What holds where the configuration says nothing: `defaults.toml`, which is part of the program.

It is read once, as this module itself is, by whatever loaded it; no core looks at a file later.
"""

import tomllib
from pkgutil import get_data
from typing import Any

DEFAULTS: dict[str, dict[str, Any]] = tomllib.loads(
    (get_data(__name__, "defaults.toml") or b"").decode()
)
