"""`postern kit --file`: what an old machine needs, made of a configuration file. A roof of its own.

On the appliance the box agent makes it (`system/box/kit.py`); here whoever may read the
configuration does, and gets it beside themselves.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from gateway.control.changes_outputs import Refused
from gateway.control.config import Config, load
from gateway.control.kits import ENDINGS, FOLDER, Order, Product, read_order
from gateway.control.problems import printable
from gateway.system.media import CARRIERS
from gateway.user.files import beside, read_file
from gateway.user.kit.make import make
from gateway.user.today import today

OK, FAILED = 0, 1


def main(argv: list[str] | None = None) -> int:
    """0 if the kit is made; 1 with a sentence if not."""
    parser = argparse.ArgumentParser(prog="postern kit", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="the configuration")
    parser.add_argument("request", metavar="JSON", help="the order, as control/kits.py reads it")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    options = parser.parse_args(argv)
    request = json.loads(options.request)
    try:
        where, told = made(options.file, request)
    except Refused as error:
        return _refused(error, as_json=options.json)
    if options.json:
        _say(json.dumps({"path": where, "told": told}, indent=2))
    else:
        _say("\n".join(printable(line) for line in [*told, f"It is in {where}."]))
    return OK


def made(file: Path, request: dict[str, Any]) -> tuple[str, list[str]]:
    """Where the kit is, and what there is to say of it; `Refused` with what to do."""
    order = read_order(request)
    config = _configuration(file)
    product = make(config, order, _certificate(order), today(), CARRIERS)
    path = Path(request.get("path") or product.name + ENDINGS[order.form])
    try:
        _write(path, product, order.form)
    except FileExistsError:
        raise Refused(f"{path} is there already", "Name another, or take it away first") from None
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror}"
        raise Refused(what, "Choose a place where you may write") from None
    return str(path), list(product.told)


def _configuration(file: Path) -> Config:
    found = read_file(file)
    if isinstance(found, str):
        raise Refused(f"{file} cannot be read: {found}", "Name another file, or run this as root")
    config = load(found, beside(file))
    if not isinstance(config, Config):
        first = next(one for one in config if not one.warning)
        raise Refused(f"{file} is not usable: {first}", "See `postern check`")
    return config


def _certificate(order: Order) -> bytes:
    if not order.p12:
        return b""
    found = read_file(Path(order.p12))
    if isinstance(found, str):
        hint = f"Make it: postern ca issue {order.machine}"
        raise Refused(f"{order.p12} cannot be read: {found}", hint)
    return found.data


def _write(path: Path, product: Product, form: str) -> None:
    """For the owner's eyes alone; never over what is there."""
    if form != FOLDER:
        _new(path, product.data)
        return
    path.mkdir(mode=0o700)
    for name, data in product.pieces:
        _new(path / name, data)


def _new(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with open(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)


def _refused(error: Refused, *, as_json: bool) -> int:
    if as_json:
        _say(json.dumps({"error": str(error), "hint": error.hint}, indent=2))
    print(printable(f"postern: {error}"), file=sys.stderr)  # noqa: T201
    print(printable(f"  {error.hint}"), file=sys.stderr)  # noqa: T201
    return FAILED


def _say(text: str) -> None:
    print(text)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
