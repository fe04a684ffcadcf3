"""Working days, due dates and clocks: pure functions.

Limits are working days of the official calendar (行政许可法 82). Day 0 is the day a clock
starts; a day counts if the clock ran at its end. A clock is nothing but its events: replaying
them always gives the due date that was stored.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The official calendar: `days` are exceptions to Monday–Friday, `years` the published years.

    A year that is not published is answered by Monday–Friday alone, and every due date that
    touches it is marked provisional.
    """

    days: Mapping[date, bool]
    years: frozenset[int]
    _known: dict[int, list[date]] = field(default_factory=dict, init=False, compare=False)

    def is_working(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < _SATURDAY)

    def is_published(self, first: date, last: date) -> bool:
        """Whether every year from `first` to `last` is published."""
        return all(year in self.years for year in range(first.year, last.year + 1))

    def working_days(self, year: int) -> list[date]:
        """The working days of a year in order."""
        if year not in self._known:
            first = date(year, 1, 1)
            length = (date(year, 12, 31) - first).days + 1
            every = (first + timedelta(days=n) for n in range(length))
            self._known[year] = [day for day in every if self.is_working(day)]
        return self._known[year]

    def count(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both included."""
        if last < first:
            return 0
        if first.year == last.year:
            days = self.working_days(first.year)
            return bisect_right(days, last) - bisect_left(days, first)
        whole = sum(len(self.working_days(y)) for y in range(first.year + 1, last.year))
        tail = self.count(date(last.year, 1, 1), last)
        return self.count(first, date(first.year, 12, 31)) + whole + tail

    def nth(self, first: date, number: int) -> date:
        """The `number`-th working day (from 1) not before `first`."""
        year = first.year
        days = self.working_days(year)
        index = bisect_left(days, first) + number - 1
        while index >= len(days):
            index -= len(days)
            year += 1
            days = self.working_days(year)
        return days[index]

    def next_working(self, day: date) -> date:
        """The first working day after `day`."""
        return self.nth(day + _DAY, 1)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When counters are open on working days, and in which time zone days begin."""

    opens: time
    closes: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, opens: str, closes: str, zone: ZoneInfo) -> "OfficeHours":
        """From settings like `09:00` and `17:30`; raises `ValueError`."""
        return cls(time.fromisoformat(opens), time.fromisoformat(closes), zone)

    def day(self, moment: datetime) -> date:
        """The calendar day of a moment, in the office's zone."""
        return moment.astimezone(self.zone).date()

    def open_at(self, moment: datetime, calendar: Calendar) -> bool:
        local = moment.astimezone(self.zone)
        return calendar.is_working(local.date()) and self.opens <= local.time() < self.closes


@dataclass(frozen=True, slots=True)
class DueDate:
    date: date
    provisional: bool
    """Reaches into a year whose calendar is not published; to be computed again once it is."""


class ClockEventKind(StrEnum):
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """`reason` belongs to a pause, `days` (working days) to an extension."""

    kind: ClockEventKind
    at: datetime
    days: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ClockState:
    """A clock as of a moment. `remaining_days` is negative when overdue."""

    elapsed_days: int
    remaining_days: int
    limit_days: int
    """With extensions."""
    paused: bool
    stopped: bool
    due_on: date | None
    """None while a pause keeps it open."""
    provisional: bool


class BrokenClock(ValueError):
    """Events that no clock can have: a pause of what is paused, an event out of order."""


def due_on(start: datetime, limit_days: int, calendar: Calendar, office: OfficeHours) -> DueDate:
    """When something started at `start` is due. `limit_days` are working days, 0 or more.

    Limit 0 is due the same working day; started outside office hours, the next.
    """
    first, number = _target(start, limit_days, calendar, office)
    due = calendar.nth(first, number)
    return DueDate(due, not calendar.is_published(office.day(start), due))


def _target(
    start: datetime, limit_days: int, calendar: Calendar, office: OfficeHours
) -> tuple[date, int]:
    """The first day that can count, and how many must count until the due date."""
    if limit_days < 0:
        raise ValueError("a limit is never negative")
    day = office.day(start)
    if limit_days == 0 and office.open_at(start, calendar):
        return day, 1
    return day + _DAY, max(limit_days, 1)


def remaining_days(due: date, today: date, calendar: Calendar) -> int:
    """Working days left until `due`, 0 on the day itself, negative when overdue."""
    if today <= due:
        return calendar.count(today + _DAY, due)
    return -calendar.count(due + _DAY, today)


_Span = tuple[date, date | None]


def replay(
    events: Sequence[ClockEvent],
    limit_days: int,
    calendar: Calendar,
    office: OfficeHours,
    at: datetime,
) -> ClockState:
    """The clock after these events, as of `at` (events must not be later). Today counts while
    the clock runs; the day on which it stops counts too, for it was reached. Raises `BrokenClock`.
    """
    history = _History.of(events, office)
    limit = limit_days + history.extension
    first, number = _target(history.started, limit, calendar, office)
    today = history.stopped_on or office.day(at)
    due = _due(history.spans, first, number, calendar)
    day_zero = office.day(history.started)
    counted = _counted(history.spans, first, today, calendar)
    return ClockState(
        elapsed_days=_counted(history.spans, day_zero + _DAY, today, calendar),
        remaining_days=number - counted,
        limit_days=limit,
        paused=history.paused,
        stopped=history.stopped_on is not None,
        due_on=due,
        provisional=due is not None and not calendar.is_published(day_zero, due),
    )


_RUNNING_FOLLOWED_BY = {ClockEventKind.PAUSED, ClockEventKind.EXTENDED, ClockEventKind.STOPPED}
_FOLLOWS: Mapping[ClockEventKind | None, set[ClockEventKind]] = {
    None: {ClockEventKind.STARTED},
    ClockEventKind.STARTED: _RUNNING_FOLLOWED_BY,
    ClockEventKind.RESUMED: _RUNNING_FOLLOWED_BY,
    ClockEventKind.PAUSED: {
        ClockEventKind.RESUMED,
        ClockEventKind.EXTENDED,
        ClockEventKind.STOPPED,
    },
    # A concluded case may be reopened; the time in between does not count.
    ClockEventKind.STOPPED: {ClockEventKind.RESUMED},
}


@dataclass(frozen=True, slots=True)
class _History:
    started: datetime
    spans: tuple[_Span, ...]
    """The days at whose end the clock ran, as [first, end); an open end still runs."""
    extension: int
    paused: bool
    stopped_on: date | None

    @classmethod
    def of(cls, events: Sequence[ClockEvent], office: OfficeHours) -> "_History":
        _check_order(events)
        spans: list[_Span] = []
        stopped_on: date | None = None
        for event in events:
            day = office.day(event.at)
            if event.kind in (ClockEventKind.STARTED, ClockEventKind.RESUMED):
                if stopped_on is not None and spans[-1][1] is None:
                    spans[-1] = (spans[-1][0], stopped_on)
                stopped_on = None
                spans.append((day, None))
            elif event.kind is ClockEventKind.PAUSED:
                spans[-1] = (spans[-1][0], day)
            elif event.kind is ClockEventKind.STOPPED:
                # The span stays open: the due date is judged as if the clock had run on.
                stopped_on = day
        return cls(
            started=events[0].at,
            spans=tuple(spans),
            extension=sum(event.days for event in events),
            paused=spans[-1][1] is not None and stopped_on is None,
            stopped_on=stopped_on,
        )


def _check_order(events: Sequence[ClockEvent]) -> None:
    state: ClockEventKind | None = None
    for index, event in enumerate(events):
        if event.kind not in _FOLLOWS[state]:
            raise BrokenClock(f"{event.kind} after {state}")
        if index and event.at < events[index - 1].at:
            raise BrokenClock(f"{event.kind} is earlier than what it follows")
        if (event.days > 0) is not (event.kind is ClockEventKind.EXTENDED):
            raise BrokenClock(f"{event.kind} of {event.days} days")
        if event.kind is not ClockEventKind.EXTENDED:
            state = event.kind
    if state is None:
        raise BrokenClock("never started")


def _days_of(span: _Span, first: date) -> tuple[date, date]:
    """First and last day of a span that can count; the last is far away while it runs."""
    begin, end = span
    return max(begin, first), end - _DAY if end is not None else date.max


def _counted(spans: tuple[_Span, ...], first: date, last: date, calendar: Calendar) -> int:
    """Working days from `first` to `last` at whose end the clock ran."""
    total = 0
    for span in spans:
        begin, end = _days_of(span, first)
        total += calendar.count(begin, min(end, last))
    return total


def _due(spans: tuple[_Span, ...], first: date, number: int, calendar: Calendar) -> date | None:
    """The `number`-th working day from `first` at whose end the clock ran."""
    for span in spans:
        begin, end = _days_of(span, first)
        if span[1] is None:
            return calendar.nth(begin, number)
        counted = calendar.count(begin, end)
        if counted >= number:
            return calendar.nth(begin, number)
        number -= counted
    return None


def deemed_accepted(
    received: datetime, at: datetime, days: int, calendar: Calendar, office: OfficeHours
) -> bool:
    """Whether an application not decided by `at` counts as accepted since it was received.

    It does once the acceptance clock of `days` (5) working days has run out (行政许可法 32).
    """
    return office.day(at) > due_on(received, days, calendar, office).date


class Light(IntEnum):
    """Monitoring codes as exchanged with other systems."""

    NORMAL = 0
    WARNING = 1
    YELLOW = 2
    RED = 5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a running clock warns, in percent of its limit; by district and matter."""

    warning_percent: int = 80
    yellow_percent: int = 90
    yellow_from_limit: int = 5
    """Shorter limits have no yellow card."""

    def light(self, limit_days: int, remaining: int) -> Light:
        """Warning from day ⌊80 %⌋, yellow from day ⌈90 %⌉, red past the due date.

        `limit_days` includes extensions; `remaining` as in `ClockState` and `remaining_days`.
        """
        if remaining < 0:
            return Light.RED
        day = limit_days - remaining
        yellow_day = -(-limit_days * self.yellow_percent // 100)
        if limit_days >= self.yellow_from_limit and day >= yellow_day:
            return Light.YELLOW
        if day >= limit_days * self.warning_percent // 100:
            return Light.WARNING
        return Light.NORMAL
