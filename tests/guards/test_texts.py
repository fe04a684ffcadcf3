"""Every text that can be sent says whether it has one line or several, and refuses what is
invisible: a new field cannot forget it."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from fastapi import FastAPI
from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tests.support.database import ROOT
from tongban.core.schemas import InputModel

NOT_TYPED = {
    "tongban.devices.schemas": "sent by bridges and their devices, or looked up as it is",
    "tongban.matters.schemas": "definitions, read back as published; `matters.checks` looks",
}
OPEN = {"CaseIn.form", "CaseEdit.form"}
"""Checked against the matter's own fields by `matters.forms`."""
SECRET = {"SignInForm", "TotpCode", "TotpRemoval"}
"""What proves who somebody is is compared with what was set, whatever is in it."""
SEVERAL_LINES = {"comment", "reason", "note", "message", "opinion"}


def typed_models() -> list[type[InputModel]]:
    found: list[type[InputModel]] = []
    waiting = [InputModel]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += below
        waiting += below
    return [
        model
        for model in found
        if model.__module__.startswith("tongban.")
        and model.__module__ not in NOT_TYPED
        and model.__name__ not in SECRET
    ]


def leaves(annotation: Any) -> Iterator[Any]:
    """The types of single values inside lists, unions and options, each with its own rules."""
    if get_origin(annotation) is Annotated:
        inner, *rules = get_args(annotation)
        if get_args(inner) and get_origin(inner) is not Annotated:
            yield from leaves(inner)
        else:
            yield Annotated[inner, *rules]
    elif get_args(annotation) and get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            yield from leaves(part)
    else:
        yield annotation


def of_field(field: FieldInfo) -> Iterator[Any]:
    annotation = field.annotation
    for leaf in leaves(annotation):
        yield Annotated[leaf, *field.metadata] if leaf is annotation and field.metadata else leaf


def accepts(leaf: Any, text: str) -> bool:
    try:
        TypeAdapter(leaf).validate_python(text)
    except ValidationError:
        return False
    return True


def fields() -> Iterator[tuple[str, str, Any]]:
    for model in typed_models():
        for name, field in model.model_fields.items():
            for leaf in of_field(field):
                yield f"{model.__name__}.{name}", name, leaf


def test_there_are_inputs_to_look_at(app: FastAPI) -> None:
    assert {"CaseIn", "ApplicantIn", "NewStaff", "OrganisationChange", "DayIn"} <= {
        model.__name__ for model in typed_models()
    }


def test_no_router_reads_bodies_in_a_way_of_its_own() -> None:
    """`core.http.Router` knows names that stand twice."""
    own = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "backend" / "tongban").rglob("*.py")
        if "= APIRouter(" in file.read_text()
    ]
    assert own == []


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\x07", "\ue000"])
def test_no_text_takes_what_is_invisible(app: FastAPI, character: str) -> None:
    wrong = {
        place
        for place, _, leaf in fields()
        if leaf is not SecretStr
        and SecretStr not in get_args(leaf)
        and place not in OPEN
        and accepts(leaf, f"甲{character}乙丙")
    }
    assert wrong == set()


def test_only_what_is_written_at_length_takes_lines(app: FastAPI) -> None:
    taking = {
        place
        for place, name, leaf in fields()
        if SecretStr not in (leaf, *get_args(leaf))
        and name not in SEVERAL_LINES
        and place not in OPEN
        and accepts(leaf, "甲\n乙丙")
    }
    assert taking == set()
