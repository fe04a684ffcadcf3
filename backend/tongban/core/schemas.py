"""Bases of everything that crosses the API."""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Strict, model_validator
from pydantic_core import PydanticCustomError, PydanticKnownError

MAX_DEPTH = 32
"""Of lists and objects inside one another. Looking at a body again at each level stays cheap."""
MAX_INTEGER = 2**53
"""What every reader of JSON keeps exactly."""

_Place = tuple[str | int, ...]


class Repeated(dict[str, Any]):
    """What was read of a JSON object in which a name stands twice; `name` is the first such."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.name = next(name for name in names if names.count(name) > 1)


class InputModel(BaseModel):
    """A body: unknown fields, names that stand twice, what no database or reader of JSON takes (NUL
    and half characters, numbers that are none) and nesting without end are refused, white space at
    the ends is cut."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        if not _sound(value, MAX_DEPTH):
            at, (code, message) = _first_flaw(value)
            raise PydanticCustomError(code, message, {"at": at})
        return value


class OutputModel(BaseModel):
    """An answer: no defaults, so that no field of a generated client is optional."""

    model_config = ConfigDict(from_attributes=True)


def _written_out(value: Any) -> Any:
    """Pydantic takes a number, quoted or not, for seconds since 1970, and midnight for a day."""
    if isinstance(value, str) and _PLAIN_DATE.fullmatch(value):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticKnownError("date_type")


_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

WRITTEN_OUT = BeforeValidator(_written_out)
PlainDate = Annotated[date, WRITTEN_OUT]
"""A day as `YYYY-MM-DD` and nothing else."""
Flag = Annotated[bool, Strict()]
"""`true` or `false`; not 1, not "yes"."""
Whole = Annotated[int, Strict()]
"""A whole number; not "5", not `true`."""


_SURROGATE = re.compile("[\ud800-\udfff]")
_NUL = ("nul_character", "contains a NUL character")
_HALF = ("half_character", "contains half a character")
_TWICE = ("repeated_name", "stands twice")
_NUMBER = ("number_out_of_range", "not a number that can be kept")


def _sound(value: Any, depth: int) -> bool:
    """Whether all inside can be kept. Asked of every body, so it keeps no account of places."""
    if isinstance(value, Repeated):
        return False
    if isinstance(value, dict):
        parts: Iterable[Any] = chain(value, value.values())
    elif isinstance(value, list):
        parts = value
    else:
        return _flaw(value) is None
    return depth > 1 and all(_sound(part, depth - 1) for part in parts)


def _first_flaw(value: Any) -> tuple[_Place, Any]:
    """The first thing inside that cannot be kept, and its place; of a key, the object's place."""
    level: list[tuple[_Place, Any]] = [((), value)]
    for _ in range(MAX_DEPTH):
        for at, item in level:
            if isinstance(item, Repeated):
                return (*at, item.name), _TWICE
            flaw = _flaw(item)
            if flaw is not None:
                return at, flaw
        level = [part for at, item in level for part in _inside(at, item)]
    raise PydanticCustomError("nested_too_deep", "nested too deep")


def _flaw(item: Any) -> Any:
    if isinstance(item, str):
        if "\x00" in item:
            return _NUL
        return None if item.isascii() or not _SURROGATE.search(item) else _HALF
    if isinstance(item, float):
        return None if math.isfinite(item) else _NUMBER
    if isinstance(item, int):
        return None if abs(item) <= MAX_INTEGER else _NUMBER
    return None


def _inside(at: _Place, value: Any) -> Iterable[tuple[_Place, Any]]:
    """The parts of a list or object; an object's keys come first."""
    if isinstance(value, dict):
        yield from ((at, key) for key in value)
        yield from (((*at, key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        yield from (((*at, index), inner) for index, inner in enumerate(value))
