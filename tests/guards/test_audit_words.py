"""Whatever the audit log can say has words in the staff pages, in both languages."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import tongban
from tests.support.database import ROOT
from tongban.cases.lists import CaseFilters
from tongban.core.problems import Problem
from tongban.identity import problems, signin
from tongban.identity.schemas import StaffChange
from tongban.matters.comparing import LABELS, PARTS
from tongban.organisations.schemas import NewOrganisation, OrganisationChange

PAGES = ROOT / "frontend-staff" / "src"
LANGUAGES = ("zh-CN", "en")
OF_THE_CALL = {"actor", "action", "subject", "reason", "details", "origin", "username", "why"}
"""Names of parameters of `audit.record` and of what wraps it: no details."""


def _calls() -> Iterator[ast.Call]:
    """Every call of `audit.record`, and of the `_record` that wrap it."""
    for file in Path(tongban.__file__).parent.rglob("*.py"):
        source = file.read_text()
        if "audit.record(" not in source:
            continue
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("audit.record", "_record"):
                yield call


def recorded() -> Iterator[str]:
    """Literal actions of the calls."""
    for call in _calls():
        named = [word.value for word in call.keywords if word.arg == "action"]
        for value in named or call.args:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def detailed() -> Iterator[str]:
    """Keys of the details: written out in a dictionary, or given by name to a `_record`."""
    for call in _calls():
        yield from {word.arg for word in call.keywords if word.arg} - OF_THE_CALL
        for word in call.keywords:
            if word.arg == "details" and isinstance(word.value, ast.Dict):
                yield from (
                    str(key.value) for key in word.value.keys if isinstance(key, ast.Constant)
                )


def subjects() -> Iterator[str]:
    """The kinds of things that lines speak of: what stands before the colon."""
    for call in _calls():
        for word in call.keywords:
            if word.arg == "subject":
                value = word.value
                first = value.values[0] if isinstance(value, ast.JoinedStr) else value
                assert isinstance(first, ast.Constant)
                yield str(first.value).partition(":")[0]


def _words(language: str, section: str) -> set[str]:
    """The keys of a section of the audit log's words."""
    texts = (PAGES / "locales" / language / "audit.ts").read_text()
    found = re.search(rf"^  {section}: {{\n(.*?)^  }}", texts, re.MULTILINE | re.DOTALL)
    assert found, section
    return set(re.findall(r"^    (\w+): ", found[1], re.MULTILINE))


def test_every_action_has_words() -> None:
    actions = set(recorded())
    assert len(actions) > 20
    listed = (PAGES / "pages" / "admin" / "auditActions.ts").read_text()
    assert actions == set(re.findall(r'^  "([a-z_.]+)",$', listed, re.MULTILINE))
    for language in LANGUAGES:
        words = (PAGES / "locales" / language / "admin.ts").read_text()
        known = set(re.findall(r"^      ([a-z_]+): ", words, re.MULTILINE))
        assert {action.replace(".", "_") for action in actions} <= known


def test_every_detail_has_words() -> None:
    written = set(detailed())
    assert {"given", "taken", "filters", "revision"} <= written
    # Whole bodies are written down too, or the names of their fields.
    for body in (CaseFilters, NewOrganisation, OrganisationChange, StaffChange):
        written |= set(body.model_fields)
    # A draft that was saved names the places that changed.
    written |= LABELS.keys() | PARTS.keys()
    for language in LANGUAGES:
        assert written - _words(language, "keys") == set()


def test_every_subject_has_words() -> None:
    spoken_of = set(subjects())
    assert {"staff", "case", "matter"} <= spoken_of
    for language in LANGUAGES:
        assert spoken_of - _words(language, "subjects") == set()


def test_why_somebody_did_not_get_in_has_words() -> None:
    judging = inspect.getsource(signin._judge) + inspect.getsource(signin._next_step)
    refusals = {
        problem.code
        for name, problem in vars(problems).items()
        if isinstance(problem, type)
        and issubclass(problem, Problem)
        and re.search(rf"\b{name}\(", judging)
    }
    assert {"totp_required", "totp_invalid", "password_change_required"} <= refusals
    for language in LANGUAGES:
        assert refusals | {problems.Locked.code} <= _words(language, "reasons")
