"""Process definitions: what a matter version says about the way its cases travel."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from tongban.routing.conditions import BrokenCondition, Condition, parse_condition

MAX_STEPS = 20
MAX_LIMIT_DAYS = 365
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Function(StrEnum):
    """What happens in a step. Concluding and issuing follow by themselves."""

    ACCEPT = "accept"
    FIRST_REVIEW = "first_review"
    REVIEW = "review"
    CARRY_OUT = "carry_out"
    APPROVE = "approve"
    FILE = "file"


DECIDING = frozenset({Function.APPROVE, Function.FILE})


class Place(StrEnum):
    """The part of a unit selector before the colon."""

    ACCEPTING = "accepting"
    HOME_HALL = "home_hall"
    HOME_COMMUNITY = "home_community"
    HOME_STREET = "home_street"
    DISTRICT = "district"


_NEEDS_NAME = {Place.HOME_STREET, Place.DISTRICT}
_MAY_HAVE_NAME = _NEEDS_NAME | {Place.HOME_COMMUNITY}


class UnknownSelector(ValueError):
    """A text that is no unit selector."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Where a step is done, relative to a case: `home_street:民政科`, `accepting`…"""

    place: Place
    name: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """Raises `UnknownSelector` for what is none of the six forms."""
        word, colon, name = text.partition(":")
        place = next((place for place in Place if place == word), None)
        name = name.strip()
        if place is None or bool(name) is not bool(colon):
            raise UnknownSelector(text)
        if (name and place not in _MAY_HAVE_NAME) or (not name and place in _NEEDS_NAME):
            raise UnknownSelector(text)
        return cls(place, name or None)

    def __str__(self) -> str:
        return f"{self.place}:{self.name}" if self.name else str(self.place)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `limit_days` are working days; consecutive steps of one `parallel_group` run
    at the same time (并联)."""

    key: str
    function: Function
    unit: Selector
    role: str
    limit_days: int
    condition: Condition | None = None
    parallel_group: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    steps: tuple[Step, ...]

    def stages(self) -> Iterator[tuple[Step, ...]]:
        """The steps in the order they run; those of a parallel group together."""
        numbered = enumerate(self.steps)
        for _, group in groupby(numbered, lambda item: item[1].parallel_group or item[0]):
            yield tuple(step for _, step in group)


@dataclass(frozen=True, slots=True)
class ParseError:
    """`pointer` is a JSON pointer into the process, like `/2/unit`."""

    pointer: str
    code: str


class BrokenDefinition(ValueError):
    """Data that is no process definition; every error found, not only the first."""

    def __init__(self, errors: list[ParseError]) -> None:
        super().__init__("; ".join(f"{error.pointer}: {error.code}" for error in errors))
        self.errors = errors


def parse_definition(data: object) -> Definition:
    """Read the `process` list of a matter. Raises `BrokenDefinition` with every error.

    Only the shape is judged here; whether the definition leads to a decision everywhere is
    `tongban.routing.checks.check_definition`'s matter.
    """
    if not isinstance(data, list):
        raise BrokenDefinition([ParseError("", "not_a_list")])
    if not 0 < len(data) <= MAX_STEPS:
        raise BrokenDefinition([ParseError("", "too_many_steps" if data else "no_steps")])
    errors: list[ParseError] = []
    steps = [_parse_step(item, f"/{index}", errors) for index, item in enumerate(data)]
    if errors:
        raise BrokenDefinition(errors)
    return Definition(tuple(step for step in steps if step is not None))


_KNOWN = {"key", "function", "unit", "role", "limit_days", "condition", "parallel_group"}


def _parse_step(data: object, at: str, errors: list[ParseError]) -> Step | None:
    if not isinstance(data, dict):
        errors.append(ParseError(at, "not_an_object"))
        return None
    before = len(errors)
    errors.extend(ParseError(f"{at}/{word}", "unknown_field") for word in data.keys() - _KNOWN)
    key, role, limit = data.get("key"), data.get("role"), data.get("limit_days")
    group = data.get("parallel_group")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        errors.append(ParseError(f"{at}/key", "bad_key"))
    if not isinstance(role, str) or not role:
        errors.append(ParseError(f"{at}/role", "unknown_role"))
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= MAX_LIMIT_DAYS:
        errors.append(ParseError(f"{at}/limit_days", "bad_limit"))
    if group is not None and (not isinstance(group, str) or not _KEY.fullmatch(group)):
        errors.append(ParseError(f"{at}/parallel_group", "bad_key"))
    function = _parse_function(data.get("function"), at, errors)
    selector = _parse_selector(data.get("unit"), at, errors)
    condition = _parse_step_condition(data, at, errors)
    if len(errors) > before or function is None or selector is None:
        return None
    return Step(str(key), function, selector, str(role), int(limit or 0), condition, group)


def _parse_function(value: object, at: str, errors: list[ParseError]) -> Function | None:
    try:
        return Function(value if isinstance(value, str) else "")
    except ValueError:
        errors.append(ParseError(f"{at}/function", "unknown_function"))
        return None


def _parse_selector(value: object, at: str, errors: list[ParseError]) -> Selector | None:
    try:
        return Selector.parse(value if isinstance(value, str) else "")
    except UnknownSelector:
        errors.append(ParseError(f"{at}/unit", "unknown_selector"))
        return None


def _parse_step_condition(
    data: Mapping[str, Any], at: str, errors: list[ParseError]
) -> Condition | None:
    if data.get("condition") is None:
        return None
    try:
        return parse_condition(data["condition"])
    except BrokenCondition as broken:
        errors.append(ParseError(f"{at}/condition{broken.where}", broken.code))
        return None
