"""Bases of everything that crosses the API."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

MAX_DEPTH = 32
"""Of lists and objects inside one another. Looking at a body again at each level stays cheap."""

_Place = tuple[str | int, ...]


class InputModel(BaseModel):
    """A body: unknown fields, NUL characters and nesting without end are refused, white space at
    the ends is cut."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _no_nul(cls, value: Any) -> Any:
        at = _nul_at(value)
        if at is not None:
            raise PydanticCustomError("nul_character", "contains a NUL character", {"at": at})
        return value


class OutputModel(BaseModel):
    """An answer: no defaults, so that no field of a generated client is optional."""

    model_config = ConfigDict(from_attributes=True)


def _nul_at(value: Any) -> _Place | None:
    """Where the first text with a NUL character is, if there is one."""
    level: list[tuple[_Place, Any]] = [((), value)]
    for _ in range(MAX_DEPTH):
        for at, item in level:
            if isinstance(item, str) and "\x00" in item:
                return at
        level = [((*at, key), inner) for at, item in level for key, inner in _inside(item)]
        if not level:
            return None
    raise PydanticCustomError("nested_too_deep", "nested too deep")


def _inside(value: Any) -> Iterable[tuple[str | int, Any]]:
    """The parts of a list or object; an object's keys stand for themselves."""
    if isinstance(value, dict):
        yield from value.items()
        yield from ((key, key) for key in value)
    elif isinstance(value, list):
        yield from enumerate(value)
