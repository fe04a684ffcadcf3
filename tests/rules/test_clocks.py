"""Clocks: pauses, extensions, replay, and the lights they show."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.calendars import OFFICE, ZONE, at, day, official
from tongban.deadlines.rules import (
    BrokenClock,
    ClockEvent,
    ClockEventKind,
    ClockState,
    Light,
    Thresholds,
    due_on,
    remaining_days,
    replay,
)

LATE = at("2026-12-31")


def started(when: str) -> ClockEvent:
    return ClockEvent(ClockEventKind.STARTED, at(when))


def paused(when: str) -> ClockEvent:
    return ClockEvent(ClockEventKind.PAUSED, at(when), reason="hearing")


def resumed(when: str) -> ClockEvent:
    return ClockEvent(ClockEventKind.RESUMED, at(when))


def extended(when: str, days: int) -> ClockEvent:
    return ClockEvent(ClockEventKind.EXTENDED, at(when), days=days)


def stopped(when: str) -> ClockEvent:
    return ClockEvent(ClockEventKind.STOPPED, at(when))


def state(*events: ClockEvent, limit: int = 10, now: str | None = None) -> ClockState:
    moment = at(now) if now else max(events[-1].at, LATE)
    return replay(events, limit, official(), OFFICE, moment)


def test_an_undisturbed_clock_is_due_as_promised() -> None:
    clock = state(started("2026-11-24"), limit=5, now="2026-11-26")
    assert clock == ClockState(
        elapsed_days=2,
        remaining_days=3,
        limit_days=5,
        paused=False,
        stopped=False,
        due_on=day("2026-12-01"),
        provisional=False,
    )


def test_a_pause_over_the_end_of_a_day_costs_that_day() -> None:
    events = [started("2026-11-24"), paused("2026-11-25 23:59"), resumed("2026-11-26 00:01")]
    assert state(*events, limit=5).due_on == day("2026-12-02")


def test_a_pause_within_a_day_costs_nothing() -> None:
    events = [started("2026-11-24"), paused("2026-11-25 09:00"), resumed("2026-11-25 17:00")]
    assert state(*events, limit=5).due_on == day("2026-12-01")


def test_a_pause_over_a_weekend_costs_the_friday_only() -> None:
    events = [started("2026-11-24"), paused("2026-11-27"), resumed("2026-11-30")]
    assert state(*events, limit=5).due_on == day("2026-12-02")


def test_a_pause_on_day_zero_costs_nothing_before_its_end_and_nothing_of_it() -> None:
    events = [started("2026-11-24 09:00"), paused("2026-11-24 10:00"), resumed("2026-11-25")]
    assert state(*events, limit=5).due_on == day("2026-12-01")


def test_a_paused_clock_has_no_due_date_and_does_not_age() -> None:
    events = [started("2026-11-24"), paused("2026-11-26")]
    for now in ("2026-11-26", "2026-12-20"):
        clock = state(*events, limit=5, now=now)
        assert (clock.paused, clock.due_on, clock.elapsed_days) == (True, None, 1)
        assert clock.remaining_days == 4


def test_a_pause_after_the_due_date_changes_no_due_date() -> None:
    events = [started("2026-11-24"), paused("2026-12-07"), resumed("2026-12-09")]
    clock = state(*events, limit=5, now="2026-12-10")
    assert clock.due_on == day("2026-12-01")
    assert clock.remaining_days == -5


def test_limit_zero_paused_over_its_day_is_due_when_it_runs_again() -> None:
    events = [started("2026-11-24"), paused("2026-11-24 11:00"), resumed("2026-11-26")]
    assert state(*events, limit=0).due_on == day("2026-11-26")


def test_limit_zero_shows_the_days_left_of_its_due_date() -> None:
    evening = started("2026-11-24 20:00")
    assert state(evening, limit=0, now="2026-11-24 21:00").remaining_days == 1
    assert state(evening, limit=0, now="2026-11-25").remaining_days == 0
    assert state(evening, limit=0, now="2026-11-26").remaining_days == -1


def test_an_extension_lengthens_also_while_paused() -> None:
    events = [
        started("2026-11-24"),
        paused("2026-11-26"),
        extended("2026-11-27", 3),
        resumed("2026-11-30"),
    ]
    clock = state(*events, limit=5)
    assert (clock.limit_days, clock.due_on) == (8, day("2026-12-08"))


def test_the_day_on_which_a_clock_stops_was_reached() -> None:
    clock = state(started("2026-11-24"), stopped("2026-11-26"), limit=5)
    assert (clock.stopped, clock.elapsed_days, clock.remaining_days) == (True, 2, 3)
    assert clock.due_on == day("2026-12-01")


def test_a_clock_stopped_late_stays_late() -> None:
    assert state(started("2026-11-24"), stopped("2026-11-26"), limit=1).remaining_days == -1


def test_reopening_leaves_out_the_time_in_between() -> None:
    events = [started("2026-11-24"), stopped("2026-11-26"), resumed("2026-12-03")]
    clock = state(*events, limit=5, now="2026-12-04")
    assert (clock.elapsed_days, clock.due_on) == (3, day("2026-12-08"))


def test_a_due_date_in_a_year_not_published_is_provisional() -> None:
    assert state(started("2026-12-28"), limit=10).provisional
    assert not state(started("2026-12-01"), limit=10).provisional


@pytest.mark.parametrize(
    "events",
    [
        [],
        [paused("2026-11-24")],
        [started("2026-11-24"), started("2026-11-25")],
        [started("2026-11-24"), resumed("2026-11-25")],
        [started("2026-11-24"), paused("2026-11-25"), paused("2026-11-26")],
        [started("2026-11-24"), stopped("2026-11-25"), extended("2026-11-26", 1)],
        [started("2026-11-24"), paused("2026-11-23")],
        [started("2026-11-24"), extended("2026-11-25", 0)],
    ],
)
def test_impossible_histories_are_refused(events: Sequence[ClockEvent]) -> None:
    with pytest.raises(BrokenClock):
        replay(events, 5, official(), OFFICE, LATE)


@pytest.mark.parametrize(
    ("limit", "days"),
    [
        # limit, the first days of warning, yellow and red
        (20, (16, 18, 21)),
        (10, (8, 9, 11)),
        (5, (4, 5, 6)),
        (15, (12, 14, 16)),
        (3, (2, None, 4)),
        (1, (0, None, 2)),
        (0, (0, None, 1)),
    ],
)
def test_lights(limit: int, days: tuple[int, int | None, int]) -> None:
    lights = [Thresholds().light(limit, limit - day) for day in range(limit + 3)]
    first = {light: lights.index(light) for light in set(lights)}
    assert (first[Light.WARNING], first.get(Light.YELLOW), first[Light.RED]) == days
    assert lights == sorted(lights)


def test_lights_are_the_monitoring_codes() -> None:
    assert [light.value for light in Light] == [0, 1, 2, 5]


def test_thresholds_are_configuration() -> None:
    early = Thresholds(warning_percent=50, yellow_percent=60, yellow_from_limit=2)
    assert [early.light(10, 10 - day) for day in (4, 5, 6)] == [0, 1, 2]


# Histories for properties: a start, then an alternation of pauses and resumptions.
MINUTES = st.integers(0, 40 * 24 * 60)


@st.composite
def histories(draw: st.DrawFn) -> list[ClockEvent]:
    first = draw(st.dates(date(2026, 1, 1), date(2026, 8, 31)))
    zero = datetime(first.year, first.month, first.day, tzinfo=ZONE)
    offsets = sorted(draw(st.lists(MINUTES, min_size=1, max_size=7)))
    kinds = [ClockEventKind.STARTED]
    kinds += [
        ClockEventKind.PAUSED if index % 2 == 0 else ClockEventKind.RESUMED
        for index in range(len(offsets) - 1)
    ]
    return [
        ClockEvent(kind, zero + timedelta(minutes=offset))
        for kind, offset in zip(kinds, offsets, strict=True)
    ]


def running_at_end(events: Sequence[ClockEvent], when: date) -> bool:
    """By the definition, without any arithmetic on spans."""
    midnight = datetime(when.year, when.month, when.day, tzinfo=ZONE) + timedelta(days=1)
    before = [event for event in events if event.at < midnight]
    return bool(before) and before[-1].kind is not ClockEventKind.PAUSED


@given(histories(), st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_replay_agrees_with_walking_day_by_day(events: list[ClockEvent], limit: int) -> None:
    calendar = official()
    found = replay(events, limit, calendar, OFFICE, events[-1].at)
    same_day = limit == 0 and OFFICE.open_at(events[0].at, calendar)
    when = OFFICE.day(events[0].at) - timedelta(days=same_day)
    wanted = max(limit, 1)
    last = OFFICE.day(events[-1].at)
    while wanted:
        when += timedelta(days=1)
        running = running_at_end(events, when)
        if not running and when >= last:
            break
        wanted -= running and calendar.is_working(when)
    assert found.due_on == (None if wanted else when)


@given(histories(), st.integers(0, 30), st.data())
def test_a_pause_that_ends_at_once_changes_nothing(
    events: list[ClockEvent], limit: int, data: st.DataObject
) -> None:
    running = [
        index for index, event in enumerate(events) if event.kind is not ClockEventKind.PAUSED
    ]
    index = data.draw(st.sampled_from(running))
    moment = events[index].at
    split = [
        *events[: index + 1],
        ClockEvent(ClockEventKind.PAUSED, moment),
        ClockEvent(ClockEventKind.RESUMED, moment),
        *events[index + 1 :],
    ]
    last = events[-1].at
    whole = replay(events, limit, official(), OFFICE, last)
    assert replay(split, limit, official(), OFFICE, last) == whole


@given(histories(), st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_an_extension_may_come_in_parts(events: list[ClockEvent], parts: list[int]) -> None:
    last = events[-1].at
    once = [*events, ClockEvent(ClockEventKind.EXTENDED, last, days=sum(parts))]
    by_parts = [*events, *(ClockEvent(ClockEventKind.EXTENDED, last, days=n) for n in parts)]
    results = [replay(history, 5, official(), OFFICE, last) for history in (once, by_parts)]
    assert results[0] == results[1]


@given(histories(), st.integers(0, 30))
def test_history_never_shortens_a_limit(events: list[ClockEvent], limit: int) -> None:
    plain = due_on(events[0].at, limit, official(), OFFICE).date
    dues = [
        replay(events[:n], limit, official(), OFFICE, events[n - 1].at).due_on
        for n in range(1, len(events) + 1)
    ]
    known = [plain, *(due for due in dues if due is not None)]
    assert all(earlier <= later for earlier, later in pairwise(known))


@given(histories(), st.integers(0, 30), st.integers(0, 60))
def test_remaining_days_agree_with_the_due_date(
    events: list[ClockEvent], limit: int, later: int
) -> None:
    moment = events[-1].at + timedelta(days=later)
    clock = replay(events, limit, official(), OFFICE, moment)
    if clock.due_on is not None and OFFICE.day(moment) <= clock.due_on:
        left = remaining_days(clock.due_on, OFFICE.day(moment), official())
        assert clock.remaining_days == left
    elif clock.due_on is not None and not clock.paused:
        assert clock.remaining_days <= 0
