"""Conditions on form fields: a small closed grammar, evaluated without running anybody's code.

    {"field": "income", "gt": 1000}         equals | in | gt | ge | lt | le | present
    {"all": [...]}   {"any": [...]}   {"not": {...}}

Nesting and size are limited, so no definition can make evaluation slow.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Form = Mapping[str, Any]

MAX_DEPTH = 4
MAX_NODES = 32
MAX_CHOICES = 200


class BrokenCondition(ValueError):
    """Data that is no condition. `code` is stable; the message names the place."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(f"{code} at {where or 'the condition'}")
        self.code = code
        self.where = where


@dataclass(frozen=True, slots=True)
class Compare:
    """One field against a constant. A field that is absent only satisfies `present: false`."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Every:
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    item: "Condition"


Condition = Compare | Every | Some | Negation

_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
OPERATORS = frozenset({"equals", "in", "present", *_ORDERED})


def holds(condition: Condition, form: Form) -> bool:
    """Whether the form satisfies the condition. Values of unlike types never compare."""
    match condition:
        case Compare():
            return _compare(condition, form.get(condition.field))
        case Every(items):
            return all(holds(item, form) for item in items)
        case Some(items):
            return any(holds(item, form) for item in items)
        case Negation(item):
            return not holds(item, form)


def _compare(condition: Compare, actual: Any) -> bool:
    wanted = condition.value
    if condition.operator == "present":
        return is_present(actual) is wanted
    if not is_present(actual):
        return False
    if condition.operator == "in":
        return any(_same(actual, choice) for choice in wanted)
    if condition.operator == "equals":
        return _same(actual, wanted)
    if not _comparable(actual, wanted):
        return False
    return _ORDERED[condition.operator](actual, wanted)


def is_present(value: Any) -> bool:
    """A field counts as filled in unless it is missing, null, or empty text or list."""
    return value not in (None, "", [])


def _same(actual: Any, wanted: Any) -> bool:
    # True == 1 in Python; in a form a tick and a number are different things.
    return isinstance(actual, bool) is isinstance(wanted, bool) and bool(actual == wanted)


def _comparable(actual: Any, wanted: Any) -> bool:
    """Numbers with numbers, texts (dates as YYYY-MM-DD among them) with texts."""
    if isinstance(actual, bool) or isinstance(wanted, bool):
        return False
    numbers = (int, float)
    return (isinstance(actual, numbers) and isinstance(wanted, numbers)) or (
        isinstance(actual, str) and isinstance(wanted, str)
    )


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Every comparison inside the condition."""
    match condition:
        case Compare():
            yield condition
        case Every(items) | Some(items):
            for item in items:
                yield from comparisons(item)
        case Negation(item):
            yield from comparisons(item)


def parse_condition(data: object) -> Condition:
    """Read a condition from JSON. Raises `BrokenCondition`."""
    condition = _parse(data, "", 1)
    if sum(1 for _ in comparisons(condition)) > MAX_NODES:
        raise BrokenCondition("condition_too_large", "")
    return condition


def _parse(data: object, where: str, depth: int) -> Condition:
    if depth > MAX_DEPTH:
        raise BrokenCondition("condition_too_deep", where)
    if not isinstance(data, dict):
        raise BrokenCondition("condition_not_an_object", where)
    if "field" in data:
        return _parse_comparison(data, where)
    if len(data) != 1:
        raise BrokenCondition("condition_not_understood", where)
    [(word, inner)] = data.items()
    if word == "not":
        return Negation(_parse(inner, f"{where}/not", depth + 1))
    if word not in ("all", "any") or not isinstance(inner, list):
        raise BrokenCondition("condition_not_understood", where)
    if not 0 < len(inner) <= MAX_NODES:
        raise BrokenCondition("condition_too_large" if inner else "condition_empty", where)
    items = tuple(
        _parse(item, f"{where}/{word}/{index}", depth + 1) for index, item in enumerate(inner)
    )
    return Every(items) if word == "all" else Some(items)


def _parse_comparison(data: dict[str, object], where: str) -> Compare:
    operators = [word for word in data if word != "field"]
    field = data["field"]
    if len(operators) != 1 or operators[0] not in OPERATORS or not isinstance(field, str):
        raise BrokenCondition("condition_not_understood", where)
    operator = operators[0]
    value = data[operator]
    if not field or not _fits(operator, value):
        raise BrokenCondition("condition_wrong_value", f"{where}/{operator}")
    if operator == "in" and isinstance(value, list):
        value = tuple(value)
    return Compare(field, operator, value)


def _fits(operator: str, value: object) -> bool:
    if operator == "present":
        return isinstance(value, bool)
    if operator == "in":
        return isinstance(value, list) and 0 < len(value) <= MAX_CHOICES and all(map(_plain, value))
    if operator == "equals":
        return _plain(value)
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool)
