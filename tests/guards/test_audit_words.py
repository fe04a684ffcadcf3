"""Whatever the audit log can say was done has words in the staff pages, in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import tongban
from tests.support.database import ROOT

PAGES = ROOT / "frontend-staff" / "src"


def recorded() -> Iterator[str]:
    """Literal actions of every call of `audit.record`, and of the `_record` that wrap it."""
    for file in Path(tongban.__file__).parent.rglob("*.py"):
        source = file.read_text()
        if "audit.record(" not in source:
            continue
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and _name(call.func) in ("record", "_record"):
                named = [word.value for word in call.keywords if word.arg == "action"]
                for value in named or call.args:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_action_has_words() -> None:
    actions = set(recorded())
    assert len(actions) > 20
    listed = (PAGES / "pages" / "admin" / "auditActions.ts").read_text()
    assert actions == set(re.findall(r'^  "([a-z_.]+)",$', listed, re.MULTILINE))
    for language in ("zh-CN", "en"):
        words = (PAGES / "locales" / language / "admin.ts").read_text()
        known = set(re.findall(r"^      ([a-z_]+): ", words, re.MULTILINE))
        assert {action.replace(".", "_") for action in actions} <= known
