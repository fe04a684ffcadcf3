"""The clocks of a case: when it is due, how late it is, and what its events do to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.models import Case, Event
from tongban.core import clock
from tongban.core.settings import Settings
from tongban.deadlines import rules
from tongban.deadlines.rules import Calendar, ClockEvent, ClockEventKind
from tongban.deadlines.service import get_calendar
from tongban.organisations.tree import Tree

Level = Literal[0, 1, 2, 5]
THRESHOLDS = rules.Thresholds()

# Events of a case that move its total clock, and what they do to it.
_MOVES = {
    "suspended": ClockEventKind.PAUSED,
    "resumed": ClockEventKind.RESUMED,
    "extension_granted": ClockEventKind.EXTENDED,
    "reopened": ClockEventKind.RESUMED,
}


@dataclass(frozen=True, slots=True)
class LightOf:
    remaining_days: int | None
    level: Level


@dataclass(frozen=True, slots=True)
class Lights:
    """Remaining working days and monitoring codes against one calendar."""

    calendar: Calendar

    def of(self, due: date | None, limit_days: int, today: date) -> LightOf:
        if due is None:
            return LightOf(None, 0)
        remaining = rules.remaining_days(due, today, self.calendar)
        level: Level = THRESHOLDS.light(limit_days, remaining).value
        return LightOf(remaining, level)


@dataclass(frozen=True, slots=True)
class Viewer:
    """What the rows of an answer are shown with."""

    tree: Tree
    lights: Lights
    today: date


async def viewer_for(session: AsyncSession, settings: Settings, tree: Tree) -> Viewer:
    return Viewer(tree, Lights(await get_calendar(session)), clock.today(settings.zone))


def clock_events(start: datetime, history: Iterable[Event]) -> list[ClockEvent]:
    """The total clock of a case as its history tells it; `start` is the acceptance."""
    moves = [ClockEvent(ClockEventKind.STARTED, start)]
    for event in history:
        concluded = event.to_status == "concluded" != event.from_status
        kind = ClockEventKind.STOPPED if concluded else _MOVES.get(event.event)
        if kind is not None and event.at >= start:
            days = event.details["days"] if kind is ClockEventKind.EXTENDED else 0
            moves.append(ClockEvent(kind, event.at, days, event.details.get("reason")))
    return moves


async def history_of(session: AsyncSession, case: Case) -> list[Event]:
    """The case's events, oldest first."""
    found = await session.scalars(
        select(Event).where(Event.month == case.month, Event.case_id == case.id).order_by(Event.seq)
    )
    return list(found)
