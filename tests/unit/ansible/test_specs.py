"""The argument spec is that of the schema, as it is now."""

import runpy
from pathlib import Path
from typing import Any

from ansible_collections.postern.gateway.plugins.module_utils.argument_spec import DAYS, TABLES
from gateway.control.schema import SCHEMA

ROOT = Path(__file__).parents[3]
SPECS: Any = runpy.run_path(str(ROOT / "ansible/specs.py"))


def test_the_file_is_up_to_date() -> None:
    assert SPECS["PLACE"].read_text() == SPECS["text"](), "run: .venv/bin/python ansible/specs.py"


def test_every_key_is_there_and_secrets_are_never_logged() -> None:
    for table in SCHEMA:
        options = TABLES[table.name]["options"]
        assert {key.name: options[key.name]["no_log"] for key in table.keys} == {
            key.name: key.secret for key in table.keys
        }


def test_values_have_their_kinds() -> None:
    assert TABLES["outside"]["type"] == "dict"
    assert TABLES["client"]["type"] == "list"
    assert TABLES["outside"]["options"]["mtu"]["type"] == "int"
    assert TABLES["client"]["options"]["revoked"]["type"] == "bool"
    assert TABLES["client"]["options"]["reach"]["elements"] == "str"
    assert ("client", "weak_until") in DAYS


def test_the_role_gateway_says_every_table_there_is() -> None:
    defaults = SPECS["PLACE"].parents[2] / "roles/gateway/defaults/main.yml"
    said = defaults.read_text().partition("gateway_tables:")[2].splitlines()
    assert {line.split(":")[0].strip() for line in said if line} == {one.name for one in SCHEMA}
