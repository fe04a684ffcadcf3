"""What the filters of lists, ledger and archives have in common."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from tongban.cases.problems import UnknownOrganisation
from tongban.core.problems import Invalid
from tongban.core.texts import Text
from tongban.organisations.tree import Tree, Unit

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
"""A day that is still one in every time zone."""


def organisation(tree: Tree, code: str, pointer: str) -> Unit:
    """The organisation that the filter at `pointer` names. Raises `UnknownOrganisation`."""
    unit = tree.find(code)
    if unit is None:
        raise UnknownOrganisation(code=code).at(pointer)
    return unit


def and_below(tree: Tree, code: str, pointer: str) -> list[int]:
    """Its identifier and those of all below. Raises `UnknownOrganisation`."""
    unit = organisation(tree, code, pointer)
    return [unit.id, *(below.id for below in tree.descendants(unit))]


_EARLY = Text("结束日期早于开始日期", "Ends before it begins")


def check_span(first: date | None, last: date | None, pointer: str = "/date_to") -> None:
    """Raises `Invalid` for an end before the beginning."""
    if first and last and first > last:
        raise Invalid.field(pointer, "bad_span", _EARLY)


def on_days(
    moment: InstrumentedAttribute[Any], first: date | None, last: date | None, zone: ZoneInfo
) -> Iterator[ColumnElement[bool]]:
    """A moment within days of the office's time zone, both included."""
    if first:
        yield moment >= datetime.combine(first, time(), zone)
    if last:
        yield moment < datetime.combine(last + timedelta(days=1), time(), zone)
