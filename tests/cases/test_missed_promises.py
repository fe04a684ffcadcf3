"""A promised material that did not come (容缺): what happens by the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from tests.cases.conftest import Office
from tests.support.applications import application, catalogue
from tongban.cases import jobs
from tongban.cases.models import CaseMaterial
from tongban.core.settings import get_settings
from tongban.routing.publishing import import_matters

DESHENG, HOME = "110102010", "110102010002"


def with_promise(day: str) -> dict[str, Any]:
    body = application("ST-MZ-008", HOME)
    line = next(m for m in body["materials"] if m["key"] == "ju_min_hu_kou_bu")
    line |= {"received": False, "promised_by": day}
    return body


async def test_a_missed_promise_is_marked_once(
    office: Office, clock: time_machine.Traveller
) -> None:
    number = await office.take_in(DESHENG, with_promise("2026-10-09"))
    clock.move_to(datetime(2026, 10, 9, 15, 59, tzinfo=UTC))
    assert await jobs.miss_promises(office.worker, get_settings()) == 0
    clock.move_to(datetime(2026, 10, 9, 16, 1, tzinfo=UTC))
    assert await jobs.miss_promises(office.worker, get_settings()) == 1
    assert await jobs.miss_promises(office.worker, get_settings()) == 0
    last = (await office.events(number))[-1]
    assert (last.event, last.details) == ("promise_missed", {"materials": ["ju_min_hu_kou_bu"]})
    case = await office.case(number)
    assert case.status == "accepted"
    async with office.worker() as session:
        missed = await session.scalars(
            select(CaseMaterial.key).where(
                CaseMaterial.case_id == case.id, CaseMaterial.promise_missed
            )
        )
        assert list(missed) == ["ju_min_hu_kou_bu"]


async def test_a_promise_once_missed_stays_so_until_another_day_is_agreed(
    office: Office, clock: time_machine.Traveller
) -> None:
    number = await office.take_in(DESHENG, with_promise("2026-10-09"))
    clock.move_to(datetime(2026, 10, 9, 16, 1, tzinfo=UTC))
    assert await jobs.miss_promises(office.worker, get_settings()) == 1
    clerk = await office.person("clerk", DESHENG)
    path = f"/cases/{number}/materials/ju_min_hu_kou_bu"
    assert (await clerk.call("PATCH", path, json={"note": "已电话催交"})).status == 200
    assert await jobs.miss_promises(office.worker, get_settings()) == 0
    line = next(
        one
        for one in (await clerk.get(f"/cases/{number}")).body["materials"]
        if one["key"] == "ju_min_hu_kou_bu"
    )
    assert (line["promise_missed"], line["note"]) == (True, "已电话催交")


async def test_lists_tell_a_missed_promise_from_an_open_one(
    office: Office, clock: time_machine.Traveller
) -> None:
    missed = await office.take_in(DESHENG, with_promise("2026-10-09"))
    waiting = await office.take_in(DESHENG, with_promise("2026-10-12"))
    clock.move_to(datetime(2026, 10, 9, 16, 1, tzinfo=UTC))
    assert await jobs.miss_promises(office.worker, get_settings()) == 1
    reviewer = await office.person("reviewer", DESHENG)
    clerk = await office.person("clerk", DESHENG)

    async def told() -> dict[str, tuple[bool, bool]]:
        rows = [task["case"] for task in (await reviewer.get("/tasks")).body["items"]]
        flags = {row["number"]: row["flags"] for row in rows}
        for number, of_row in flags.items():
            assert (await clerk.get(f"/cases/{number}")).body["flags"] == of_row
        found = await clerk.get("/cases", flag="promise_missed")
        assert {row["number"] for row in found.body["items"]} == {
            number for number, of_row in flags.items() if of_row["promise_missed"]
        }
        return {
            number: (of_row["promise_open"], of_row["promise_missed"])
            for number, of_row in flags.items()
        }

    assert await told() == {missed: (True, True), waiting: (True, False)}
    path = f"/cases/{missed}/materials/ju_min_hu_kou_bu"
    assert (await clerk.call("PATCH", path, json={"received": True})).status == 200
    assert await told() == {missed: (False, False), waiting: (True, False)}
    # It was ticked by mistake: the day has passed all the same.
    assert (await clerk.call("PATCH", path, json={"received": "none"})).status == 200
    assert (await told())[missed] == (True, True)
    # Denied and reopened, it is as late as before.
    await office.act("reviewer", DESHENG, missed, "deny", comment="未按承诺补交")
    supervisor = await office.person("supervisor", DESHENG)
    reopened = await supervisor.act(missed, "reopen", comment="材料找到了")
    assert (reopened.body["flags"]["promise_open"], reopened.body["flags"]["promise_missed"]) == (
        True, True,
    )  # fmt: skip


async def test_a_missed_promise_ends_the_case_where_the_matter_says_so(
    office: Office, clock: time_machine.Traveller
) -> None:
    await publish(office, "ST-MZ-008", missed_promise_action="terminate")
    number = await office.take_in(DESHENG, with_promise("2026-10-09"))
    clock.move_to(datetime(2026, 10, 9, 16, 1, tzinfo=UTC))
    assert await jobs.miss_promises(office.worker, get_settings()) == 1
    assert await jobs.miss_promises(office.worker, get_settings()) == 0
    assert (await office.case(number)).status == "terminated"
    assert await office.open_functions(number) == []
    assert [e.event for e in await office.events(number)] == [
        "accepted", "promise_missed", "terminated",
    ]  # fmt: skip


async def test_a_missed_promise_is_a_denial_where_the_matter_says_so(
    office: Office, clock: time_machine.Traveller
) -> None:
    await publish(office, "ST-MZ-008", missed_promise_action="deny")
    number = await office.take_in(DESHENG, with_promise("2026-10-09"))
    await office.act("reviewer", DESHENG, number, "suspend", reason="hearing")
    clock.move_to(datetime(2026, 10, 9, 16, 1, tzinfo=UTC))
    assert await jobs.miss_promises(office.worker, get_settings()) == 1
    assert await jobs.miss_promises(office.worker, get_settings()) == 0
    case = await office.case(number)
    assert (case.status, case.outcome, case.suspended) == ("concluded", "denied", False)
    assert await office.open_functions(number) == ["issue"]
    last = (await office.events(number))[-1]
    assert (last.event, last.actor) == ("denied", None)
    assert "居民户口簿" in last.comment


async def test_a_case_denied_for_want_of_a_promised_material_waits_for_it_no_longer(
    office: Office, clock: time_machine.Traveller
) -> None:
    number = await office.take_in(DESHENG, with_promise("2026-10-09"))
    await office.act("reviewer", DESHENG, number, "deny", comment="申请人放弃补交")
    assert not (await office.case(number)).promise_open
    await office.act("clerk", DESHENG, number, "issue")
    clock.move_to(datetime(2026, 10, 9, 16, 1, tzinfo=UTC))
    assert await jobs.miss_promises(office.worker, get_settings()) == 0
    clock.shift(timedelta(days=31))
    assert await jobs.archive_ended(office.worker, get_settings()) == 1


async def publish(office: Office, code: str, **changes: Any) -> None:
    """A new version of a matter, as an import publishes it."""
    # Versions are kept in memory by their id: none of another test's database may come back.
    office.tamper("SELECT setval('matter_versions_id_seq', 1000000)")
    async with office.district.sessions.begin() as session:
        await import_matters(session, [catalogue()[code] | changes])
