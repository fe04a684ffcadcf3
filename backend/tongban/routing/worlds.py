"""Which steps can run together: every way a form can decide a definition's conditions.

Conditions compare fields with constants, so a few values of each field stand for all of them:
the constants, what lies between and beyond them, anything else, and nothing filled in.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from math import prod
from typing import Any

from tongban.routing.conditions import Condition, comparisons, holds
from tongban.routing.definitions import Definition

MAX_WORK = 200_000
"""Comparisons that one check may take: a fraction of a second, on the server's only thread."""

FormFields = Mapping[str, Mapping[str, Any]]
"""The matter's form by key, as the catalogue has it: type, required, enum, visible_if…"""

_OTHER = "\uffff"
"""A text that no constant equals."""


class TooManyWorlds(ValueError):
    """Looking at all values that the conditions depend on would take too long."""


def possible_steps(
    definition: Definition, fields: FormFields | None = None
) -> frozenset[frozenset[str]]:
    """Every set of step keys that some form lets run. Raises `TooManyWorlds`."""
    always = frozenset(step.key for step in definition.steps if step.condition is None)
    conditional = [(s.key, s.condition) for s in definition.steps if s.condition is not None]
    constants: dict[str, list[Any]] = {}
    for _, condition in conditional:
        for comparison in comparisons(condition):
            value = comparison.value
            found = constants.setdefault(comparison.field, [])
            found.extend(value if isinstance(value, tuple) else [value])
    values = {
        key: _representatives(found, fields.get(key) if fields is not None else None)
        for key, found in constants.items()
    }
    if (
        prod(map(len, values.values())) * _work(condition for _, condition in conditional)
        > MAX_WORK
    ):
        raise TooManyWorlds
    forms = (dict(zip(values, chosen, strict=True)) for chosen in product(*values.values()))
    return frozenset(
        always | {key for key, condition in conditional if holds(condition, form)} for form in forms
    )


def _work(conditions: Iterable[Condition]) -> int:
    """Comparisons that deciding these conditions once takes at most."""
    return sum(
        len(comparison.value) if comparison.operator == "in" else 1
        for condition in conditions
        for comparison in comparisons(condition)
    )


def _representatives(constants: Iterable[Any], field: Mapping[str, Any] | None) -> list[Any]:
    values: list[Any] = []
    kind = field["type"] if field else None
    if kind == "boolean":
        values = [True, False]
    elif kind == "enum" and field:
        values = list(field["enum"])
    elif kind in ("integer", "number"):
        values = list(_within(_numbers(constants, whole=kind == "integer"), field or {}))
    elif kind is None:
        values = [True, False, *_numbers(constants, whole=False), *_texts(constants)]
    else:
        values = list(_texts(constants))
    if not field or not field.get("required") or field.get("visible_if"):
        values.append(None)
    return values


def _numbers(constants: Iterable[Any], *, whole: bool) -> list[int | float]:
    """Each constant, a number between each two, one below and one above all."""
    points = sorted(
        {c for c in constants if isinstance(c, int | float) and not isinstance(c, bool)}
    )
    if not points:
        return [0]
    if whole:
        floors = {int(point // 1) for point in points}
        return sorted({near + step for near in floors for step in (-1, 0, 1)})
    between = [(low + high) / 2 for low, high in pairwise(points)]
    return [points[0] - 1, *points, *between, points[-1] + 1]


def _within(values: list[int | float], field: Mapping[str, Any]) -> list[int | float]:
    """The values that the form allows, and its own bounds."""
    low, high = field.get("minimum"), field.get("maximum")
    bounds = [bound for bound in (low, high) if bound is not None]
    return [
        value
        for value in {*values, *bounds}
        if (low is None or value >= low) and (high is None or value <= high)
    ]


def _texts(constants: Iterable[Any]) -> list[str]:
    """Each constant, its nearest successor, the smallest text and one that is none of them."""
    texts = sorted({c for c in constants if isinstance(c, str) and c})
    return ["\x01", *texts, *(text + "\x01" for text in texts), _OTHER]
