"""Working days and due dates against the real calendar of 2026."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.calendars import OFFICE, ZONE, at, day, official
from tongban.deadlines.rules import DueDate, OfficeHours, deemed_accepted, due_on, remaining_days

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "working"),
    [
        ("2026-01-01", False),
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-16", False),
        ("2026-02-24", True),
        ("2026-02-28", True),
        ("2026-05-09", True),
        ("2026-09-20", True),
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2026-10-11", False),
        ("2026-11-24", True),
    ],
)
def test_holidays_and_days_worked_in_exchange(text: str, working: bool) -> None:
    assert official().is_working(day(text)) is working


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-09-30", 0, "2026-09-30"),
        ("2026-09-30 17:29", 0, "2026-09-30"),
        ("2026-09-30 17:30", 0, "2026-10-08"),
        ("2026-09-30 08:59", 0, "2026-10-08"),
        ("2026-09-30 09:00", 0, "2026-09-30"),
        ("2026-10-03", 0, "2026-10-08"),
        ("2026-10-10", 0, "2026-10-10"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30 23:00", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"),
        ("2026-10-02", 1, "2026-10-08"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-24", 5, "2026-12-01"),
    ],
)
def test_due_dates(start: str, limit: int, due: str) -> None:
    assert due_on(at(start), limit, official(), OFFICE) == DueDate(day(due), False)


def test_a_day_begins_in_beijing() -> None:
    late_in_utc = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert due_on(late_in_utc, 1, official(), OFFICE).date == day("2026-11-25")


def test_a_year_not_published_is_never_guessed_silently() -> None:
    reaching = due_on(at("2026-12-24"), 10, official(), OFFICE)
    assert reaching == DueDate(day("2027-01-07"), True)
    assert not due_on(at("2026-12-24"), 5, official(), OFFICE).provisional
    assert due_on(at("2027-03-01"), 0, official(), OFFICE).provisional


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        due_on(at("2026-11-24"), -1, official(), OFFICE)


def test_remaining_days_are_negative_when_overdue() -> None:
    due = day("2026-10-10")
    left = [remaining_days(due, day(f"2026-10-{d:02}"), official()) for d in (7, 8, 10, 11, 12)]
    assert left == [3, 2, 0, 0, -1]


def test_an_application_not_decided_in_five_days_counts_as_accepted() -> None:
    received = at("2026-11-24")
    last_day, after = at("2026-12-01 23:59"), at("2026-12-02 00:00")
    assert not deemed_accepted(received, last_day, 5, official(), OFFICE)
    assert deemed_accepted(received, after, 5, official(), OFFICE)


def test_office_hours_from_settings() -> None:
    assert OfficeHours.parse("09:00", "17:30", ZONE) == OFFICE
    with pytest.raises(ValueError, match="time"):
        OfficeHours.parse("nine time", "17:30", ZONE)


@given(DAYS, DAYS)
def test_counting_agrees_with_looking_at_every_day(first: date, last: date) -> None:
    span = range((last - first).days + 1)
    plain = sum(official().is_working(first + timedelta(days=n)) for n in span)
    assert official().count(first, last) == plain


@given(DAYS, st.integers(1, 300))
def test_the_nth_day_is_a_working_day_and_counts_n(first: date, number: int) -> None:
    found = official().nth(first, number)
    assert official().is_working(found)
    assert official().count(first, found) == number


@given(DAYS, st.integers(0, 24 * 60 - 1), st.integers(0, 60))
def test_a_longer_limit_is_never_due_earlier(first: date, minute: int, limit: int) -> None:
    start = datetime(first.year, first.month, first.day, tzinfo=ZONE) + timedelta(minutes=minute)
    short, long = (due_on(start, n, official(), OFFICE) for n in (limit, limit + 1))
    assert first <= short.date <= long.date
    assert official().is_working(short.date)
    assert remaining_days(short.date, first, official()) in (limit, 1)
