"""What happens by the clock: deemed acceptance, missed promises, due dates, archiving, alarms."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from prometheus_client import REGISTRY
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from tests.cases.conftest import BEFORE_HOLIDAYS, Office
from tests.documents.samples import text_of
from tests.support.applications import application
from tongban.cases import jobs
from tongban.cases.models import Outbox, QueueAlarm
from tongban.core.settings import get_settings

DESHENG, HOME = "110102010", "110102010002"
LAST_MINUTE = datetime(2026, 10, 10, 15, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 10, 10, 16, 1, tzinfo=UTC)


def receive_only() -> dict[str, Any]:
    return application("ST-MZ-008", HOME, receive_only=True)


async def test_what_nobody_decided_counts_as_accepted_from_its_day(
    office: Office, clock: time_machine.Traveller
) -> None:
    number = await office.take_in(DESHENG, receive_only())
    clock.move_to(LAST_MINUTE)
    assert await jobs.accept_overdue(office.worker, get_settings()) == 0
    clock.move_to(MIDNIGHT)
    assert await jobs.accept_overdue(office.worker, get_settings()) == 1
    assert await jobs.accept_overdue(office.worker, get_settings()) == 0
    case = await office.case(number)
    assert (case.status, case.deemed_accepted) == ("accepted", True)
    assert case.accepted_at == case.received_at == BEFORE_HOLIDAYS
    assert case.due_on == date(2026, 10, 16)
    assert await office.open_functions(number) == ["approve"]
    last = (await office.events(number))[-1]
    assert (last.event, last.actor, last.at) == ("deemed_accepted", None, MIDNIGHT)


async def test_nobody_has_longer_for_a_step_than_the_case_has(
    office: Office, clock: time_machine.Traveller
) -> None:
    number = await office.take_in(DESHENG, receive_only())
    clock.move_to(MIDNIGHT)
    assert await jobs.accept_overdue(office.worker, get_settings()) == 1
    reviewer = await office.person("reviewer", DESHENG)
    case = (await reviewer.get(f"/cases/{number}")).body
    assert [step["state"] for step in case["path"]] == ["done", "merged", "open"]
    # Nine working days of its own would have ended a week after the case.
    assert case["tasks"][-1]["due_on"] == case["due_on"] == "2026-10-16"
    clock.shift(timedelta(minutes=1))
    await office.act("reviewer", DESHENG, number, "suspend", reason="hearing")
    clock.shift(timedelta(days=2))
    resumed = (await office.act("reviewer", DESHENG, number, "resume")).body
    assert resumed["tasks"][-1]["due_on"] == resumed["due_on"] == "2026-10-19"
    clerk = await office.person("clerk", DESHENG)
    text = text_of((await clerk.get(f"/cases/{number}/receipt")).content)
    assert "依法自收到材料之日起视为受理" in text


async def test_what_waits_for_the_applicant_is_never_deemed_accepted(
    office: Office, clock: time_machine.Traveller
) -> None:
    number = await office.take_in(DESHENG, receive_only())
    finding = {"pointer": "/materials/ju_min_hu_kou_bu", "message": "户口簿缺本人页"}
    await office.act("clerk", DESHENG, number, "request_correction", findings=[finding])
    clock.move_to(datetime(2026, 12, 1, 2, tzinfo=UTC))
    assert await jobs.accept_overdue(office.worker, get_settings()) == 0
    # What was missing has come: the days begin anew, and are counted from here.
    await office.act("clerk", DESHENG, number, "submit_correction")
    clock.move_to(datetime(2026, 12, 8, 15, 59, tzinfo=UTC))
    assert await jobs.accept_overdue(office.worker, get_settings()) == 0
    clock.move_to(datetime(2026, 12, 8, 16, 1, tzinfo=UTC))
    assert await jobs.accept_overdue(office.worker, get_settings()) == 1
    assert (await office.case(number)).accepted_at == datetime(2026, 12, 1, 2, tzinfo=UTC)


async def test_a_refused_one_stays_refused(office: Office, clock: time_machine.Traveller) -> None:
    number = await office.take_in(DESHENG, receive_only())
    await office.act("clerk", DESHENG, number, "refuse", comment="不属于本街道")
    clock.move_to(MIDNIGHT)
    assert await jobs.accept_overdue(office.worker, get_settings()) == 0


async def test_one_bad_case_never_holds_up_the_others(
    office: Office, clock: time_machine.Traveller
) -> None:
    bad, good = [await office.take_in(DESHENG, receive_only()) for _ in range(2)]
    office.tamper(f"UPDATE cases SET path = '[]' WHERE number = '{bad}'")
    clock.move_to(MIDNIGHT)
    assert await jobs.accept_overdue(office.worker, get_settings()) == 1
    assert (await office.case(bad)).status == "received"
    assert (await office.case(good)).status == "accepted"
    assert len(await office.events(bad)) == 1


async def test_a_case_in_somebodys_hands_waits_for_the_next_round(
    office: Office, clock: time_machine.Traveller
) -> None:
    number = await office.take_in(DESHENG, receive_only())
    clock.move_to(MIDNIGHT)
    async with office.district.sessions.begin() as session:
        await session.execute(
            text("SELECT FROM cases WHERE number = :number FOR UPDATE"), {"number": number}
        )
        assert await jobs.accept_overdue(office.worker, get_settings()) == 0
    assert await jobs.accept_overdue(office.worker, get_settings()) == 1


async def publish_2027(office: Office, clock: time_machine.Traveller, *holidays: str) -> None:
    admin = await office.person("system_admin", "110102")
    days = [{"date": day, "is_working": False, "note": "元旦"} for day in holidays]
    assert (await admin.call("PUT", "/calendar/2027", json={"days": days})).status == 200
    # A request that began before has committed by then.
    clock.shift(timedelta(minutes=2))


async def test_due_dates_follow_the_calendar_once_it_is_published(
    office: Office, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 12, 21, 2, tzinfo=UTC))
    number = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    case = await office.case(number)
    assert (case.due_on, case.due_provisional) == (date(2027, 1, 4), True)
    assert await jobs.recalculate(office.worker, get_settings()) == 0
    await publish_2027(office, clock, "2027-01-01")
    assert await jobs.recalculate(office.worker, get_settings()) == 1
    assert await jobs.recalculate(office.worker, get_settings()) == 0
    case = await office.case(number)
    assert (case.due_on, case.due_provisional) == (date(2027, 1, 5), False)
    last = (await office.events(number))[-1]
    assert last.event == "due_date_recalculated"
    assert last.details["moved"]["due_on"] == ["2027-01-04", "2027-01-05"]
    assert last.details["moved"]["provisional"] == [True, False]
    # The notice is corrected later: what is no longer provisional moves too.
    await publish_2027(office, clock, "2027-01-01", "2027-01-04")
    assert await jobs.recalculate(office.worker, get_settings()) == 1
    assert (await office.case(number)).due_on == date(2027, 1, 6)


async def test_the_days_for_accepting_follow_the_calendar_too(
    office: Office, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 12, 28, 2, tzinfo=UTC))
    received = await office.take_in(DESHENG, receive_only())
    ended = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    await office.act("reviewer", DESHENG, ended, "approve")
    before = (await office.case(ended)).due_on
    assert (await office.case(received)).acceptance_due_on == date(2027, 1, 4)
    await publish_2027(office, clock, "2027-01-01")
    assert await jobs.recalculate(office.worker, get_settings()) == 1
    assert (await office.case(received)).acceptance_due_on == date(2027, 1, 5)
    assert (await office.case(ended)).due_on == before


async def test_a_suspended_case_is_computed_when_it_is_resumed(
    office: Office, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 12, 21, 2, tzinfo=UTC))
    number = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    clock.shift(timedelta(minutes=1))
    await office.act("reviewer", DESHENG, number, "suspend", reason="hearing")
    await publish_2027(office, clock, "2027-01-01")
    assert await jobs.recalculate(office.worker, get_settings()) == 0
    await office.act("reviewer", DESHENG, number, "resume")
    case = await office.case(number)
    assert (case.due_on, case.due_provisional) == (date(2027, 1, 5), False)


async def issued(office: Office) -> str:
    number = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    await office.act("reviewer", DESHENG, number, "approve")
    await office.act("clerk", DESHENG, number, "issue")
    return number


async def test_ended_cases_are_archived_when_nothing_happened_for_long(
    office: Office, clock: time_machine.Traveller
) -> None:
    ended = await issued(office)
    refused = await office.take_in(DESHENG, receive_only())
    await office.act("clerk", DESHENG, refused, "refuse", comment="不属于本街道")
    uncollected = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    await office.act("reviewer", DESHENG, uncollected, "approve")
    await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    clock.shift(timedelta(days=30))
    assert await jobs.archive_ended(office.worker, get_settings()) == 0
    clock.shift(timedelta(minutes=1))
    assert await jobs.archive_ended(office.worker, get_settings()) == 2
    assert await jobs.archive_ended(office.worker, get_settings()) == 0
    assert (await office.case(ended)).status == "archived"
    assert (await office.case(refused)).status == "archived"
    assert (await office.case(uncollected)).status == "concluded"


async def test_the_outbox_is_emptied_and_twice_changes_nothing(office: Office) -> None:
    for _ in range(3):
        await issued(office)
    assert await jobs.drain_outbox(office.worker, get_settings()) == 9
    assert await jobs.drain_outbox(office.worker, get_settings()) == 0


async def test_drainers_take_different_rows(office: Office) -> None:
    await issued(office)
    async with office.worker.begin() as other:
        await other.scalars(select(Outbox.id).order_by(Outbox.id).limit(1).with_for_update())
        assert await jobs.drain_outbox(office.worker, get_settings()) == 2
    assert await jobs.drain_outbox(office.worker, get_settings()) == 1


NOBODY_REVIEWS = (
    "UPDATE staff SET active = false WHERE id IN"
    " (SELECT staff_id FROM grants WHERE role = 'reviewer')"
)


async def test_a_failed_consumer_leaves_the_rows_and_no_effect(office: Office) -> None:
    await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    office.tamper(f"{NOBODY_REVIEWS}; ALTER TABLE queue_alarms RENAME TO elsewhere")
    with pytest.raises(ProgrammingError):
        await jobs.drain_outbox(office.worker, get_settings())
    async with office.worker() as session:
        assert await session.scalar(select(func.count()).select_from(Outbox)) == 1
    office.tamper("ALTER TABLE elsewhere RENAME TO queue_alarms")
    assert await jobs.drain_outbox(office.worker, get_settings()) == 1
    async with office.worker() as session:
        assert await session.scalar(select(func.count()).select_from(QueueAlarm)) == 1


async def test_a_queue_without_staff_raises_one_alarm_and_lifts_it(office: Office) -> None:
    await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    assert await jobs.review_alarms(office.worker, get_settings()) == 0
    office.tamper(NOBODY_REVIEWS)
    assert await jobs.drain_outbox(office.worker, get_settings()) == 1
    async with office.worker() as session:
        alarm = (await session.scalars(select(QueueAlarm))).one()
        assert alarm.role == "reviewer"
    assert await jobs.review_alarms(office.worker, get_settings()) == 1
    assert REGISTRY.get_sample_value("tongban_unstaffed_queues") == 1
    leader = await office.person("supervisor", "110102")
    [told] = (await leader.get("/alarms")).body
    assert told["organisation"]["name"] == "德胜街道 民政科"
    async with office.worker() as session:
        again = (await session.scalars(select(QueueAlarm))).one()
        assert again.raised_at == alarm.raised_at
    office.tamper("UPDATE staff SET active = true")
    assert await jobs.review_alarms(office.worker, get_settings()) == 0
    assert REGISTRY.get_sample_value("tongban_unstaffed_queues") == 0


async def test_months_are_prepared_and_what_came_too_early_is_moved(
    office: Office, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2029, 1, 15, 2, tzinfo=UTC))
    office.tamper(
        "INSERT INTO events (month, case_id, seq, at, event, actor_name, to_status, comment,"
        " details, prev_hash, hash) VALUES ('2029-02-01', gen_random_uuid(), 1, now(), 'drafted',"
        " '', 'draft', '', '{}', '', '')"
    )
    assert await jobs.make_partitions(office.worker, get_settings()) == 13
    assert await jobs.make_partitions(office.worker, get_settings()) == 0
    held = office.tamper(
        "SELECT tableoid::regclass, count(*) FROM events WHERE month >= '2029-01-01' GROUP BY 1"
    )
    assert held == "events_2029_02|1"


@pytest.mark.parametrize("table", ["events", "events_2026_11", "events_2029_01", "events_other"])
async def test_no_login_of_the_platform_changes_history(
    office: Office, clock: time_machine.Traveller, table: str
) -> None:
    clock.move_to(datetime(2029, 1, 15, 2, tzinfo=UTC))
    await jobs.make_partitions(office.worker, get_settings())
    for sessions in (office.district.sessions, office.worker):
        for statement in (f"UPDATE {table} SET comment = ''", f"DELETE FROM {table}"):
            async with sessions() as session:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    await session.execute(text(statement))
