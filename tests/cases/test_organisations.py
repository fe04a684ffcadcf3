"""Switching an organisation off: told before what it has in hand, never with open tasks."""

import asyncio
from typing import Any

from sqlalchemy import select, text

from tests.cases.conftest import Office
from tests.cases.test_actions import DESHENG, HOME, accepted, ok
from tests.support.applications import application
from tests.support.district import Answer, District, Person
from tests.support.people import make_staff
from tests.support.waiting import until
from tongban.cases import jobs
from tongban.cases.models import QueueAlarm
from tongban.core.settings import get_settings
from tongban.identity.models import AuditEntry
from tongban.identity.roles import Role
from tongban.organisations.models import Organisation

DISTRICT = "110102"
CIVIL, HOUSING, HALL = f"{DESHENG}-MZ", f"{DESHENG}-ZF", f"{DESHENG}-DT"


async def switch(person: Person, code: str, active: bool) -> Answer:
    return await person.call("PATCH", f"/organisations/{code}", json={"active": active})


async def use(person: Person, code: str) -> dict[str, int]:
    found: dict[str, int] = ok(await person.get(f"/organisations/{code}/use"))
    return found


async def task_of(district: District, number: str) -> Any:
    supervisor = await district.person("supervisor", "110102")
    case = ok(await supervisor.get(f"/cases/{number}"))
    [task] = [task for task in case["tasks"] if task["state"] == "open"]
    return task


async def test_what_it_has_in_hand_is_told_before(district: District) -> None:
    admin = await district.person("system_admin", DESHENG)
    before = await use(admin, CIVIL)
    assert before["open_tasks"] == before["drafts"] == 0
    assert before["matters"] > 0
    number = await accepted(district)
    clerk = await district.person("clerk", DESHENG)
    draft = await clerk.post("/cases", application("ST-MZ-008", HOME, submit=False))
    assert draft.status == 201
    editor = await district.person("catalogue_editor", DESHENG)
    offered = {"items": [{"organisation_code": HALL, "offered": False}]}
    changed = await editor.call("PUT", "/matters/ST-MZ-008/offerings", json=offered)
    assert changed.status == 200, changed.body
    after = await use(admin, CIVIL)
    assert (after["open_tasks"], after["open_cases"]) == (1, before["open_cases"] + 1)
    hall, street = await use(admin, HALL), await use(admin, DESHENG)
    assert (hall["drafts"], hall["offerings"]) == (1, 1)
    assert hall["below"] == 11
    assert street["open_tasks"] >= 1
    assert street["drafts"] == street["offerings"] == 1
    assert street["staff"] > hall["staff"] >= 0
    assert street["below"] > 60
    assert (await task_of(district, number))["organisation"]["code"] == CIVIL


async def test_nobody_shuts_their_own_street(district: District) -> None:
    own = await district.person("system_admin", DESHENG)
    assert (await switch(own, DESHENG, False)).status == 403
    named = await own.call("PATCH", f"/organisations/{DESHENG}", json={"telephone": "010-62000000"})
    assert named.status == 200, named.body


async def test_a_home_that_is_switched_off_is_not_taken(district: District) -> None:
    admin = await district.person("system_admin", DESHENG)
    assert (await switch(admin, HOME, False)).status == 200
    clerk = await district.person("clerk", DESHENG)
    refused = await clerk.post("/cases", application("ST-MZ-008", HOME))
    assert (refused.status, refused.code) == (422, "home_switched_off")
    assert refused.pointers == {"/home_code"}
    assert (await switch(admin, HOME, True)).status == 200
    assert (await clerk.post("/cases", application("ST-MZ-008", HOME))).status == 201


async def test_only_who_keeps_it_asks_and_switches(district: District) -> None:
    for role, code in (("clerk", DESHENG), ("system_admin", "110102011")):
        other = await district.person(role, code)
        assert (await other.get(f"/organisations/{CIVIL}/use")).status == 403
        assert (await switch(other, CIVIL, False)).status == 403
    admin = await district.person("system_admin", DESHENG)
    assert (await admin.get("/organisations/110102010-XX/use")).status == 404


async def test_open_tasks_keep_it_on_until_they_are_handed_on(district: District) -> None:
    number = await accepted(district)
    admin = await district.person("system_admin", DISTRICT)
    for code in (CIVIL, DESHENG):
        refused = await switch(admin, code, False)
        assert (refused.status, refused.code) == (409, "still_has_tasks")
        assert refused.pointers == {"/active"}
        assert "1 件待办" in refused.body["title"]
        assert "转办" in refused.body["title"]
    assert ok(await admin.get(f"/organisations/{CIVIL}"))["active"]
    lines = select(AuditEntry.id).where(AuditEntry.subject == f"organisation:{CIVIL}")
    assert await district.session.scalar(lines) is None
    supervisor = await district.person("supervisor", DESHENG)
    ok(await supervisor.act(number, "transfer", to_organisation=HOUSING, comment="科室撤并"))
    assert ok(await switch(admin, CIVIL, False))["active"] is False
    reviewer = await district.person("reviewer", DESHENG)
    ok(await reviewer.act(number, "approve"))


async def test_what_comes_later_is_worked_there_or_told_as_an_alarm(district: District) -> None:
    """Its case was under way: the step comes to a section that is switched off meanwhile."""
    clerk = await district.person("clerk", "110102011")
    created = await clerk.post("/cases", application("ST-MZ-008", HOME))
    number = created.body["number"]
    first = await task_of(district, number)
    assert first["organisation"]["code"] == HALL
    admin = await district.person("system_admin", DESHENG)
    assert (await use(admin, CIVIL))["open_cases"] >= 1
    ok(await switch(admin, CIVIL, False))
    reviewer = await district.person("pre_reviewer", DESHENG)
    ok(await reviewer.act(number, "pass"))
    assert (await task_of(district, number))["organisation"]["code"] == CIVIL
    # Who holds the role still works it; without anybody the supervisor is told.
    await district.session.execute(text("DELETE FROM grants WHERE role = 'reviewer'"))
    await district.session.flush()
    assert await jobs.review_alarms(district.sessions, get_settings()) >= 1
    raised = await district.session.scalars(
        select(Organisation.code).join(QueueAlarm, QueueAlarm.organisation_id == Organisation.id)
    )
    assert CIVIL in set(raised)
    await make_staff(district.session, "ds-housing", HOUSING, Role.REVIEWER)
    supervisor = await district.person("supervisor", DESHENG)
    ok(await supervisor.act(number, "transfer", to_organisation=HOUSING, comment="科室撤并"))


async def test_a_street_goes_with_all_below_and_comes_back_with_it(district: District) -> None:
    admin = await district.person("system_admin", "110102")
    ok(await switch(admin, f"{HALL}-02", False))
    ok(await switch(admin, DESHENG, False))
    listed = ok(await admin.get("/organisations", q=DESHENG))["items"]
    assert len(listed) > 60
    assert not any(item["active"] for item in listed)
    clerk = await district.person("clerk", DESHENG)
    refused = await clerk.post("/cases", application("ST-MZ-008", HOME))
    assert refused.status == 422
    below = await switch(admin, HALL, True)
    assert (below.status, below.code, below.pointers) == (409, "above_switched_off", {"/active"})
    ok(await switch(admin, DESHENG, True))
    listed = ok(await admin.get("/organisations", q=DESHENG))["items"]
    assert [item["code"] for item in listed if not item["active"]] == [f"{HALL}-02"]
    await accepted(district)


async def test_a_street_keeps_a_hall_and_the_district_stays(district: District) -> None:
    admin = await district.person("system_admin", "110102")
    refused = await switch(admin, HALL, False)
    assert (refused.status, refused.code, refused.pointers) == (409, "last_hall", {"/active"})
    assert (await switch(admin, "110102", False)).code == "must_stay_on"
    second = {
        "parent_code": DESHENG,
        "kind": "hall",
        "code": f"{DESHENG}-DT2",
        "name": "分大厅",
        "windows": 1,
    }
    assert (await admin.post("/organisations", second)).status == 201
    ok(await switch(admin, HALL, False))
    assert (await switch(admin, f"{DESHENG}-DT2", False)).code == "last_hall"


async def test_two_administrators_at_once_give_no_code_twice(office: Office) -> None:
    admin = await office.person("system_admin", "110102")
    new = {"parent_code": DESHENG, "kind": "section", "code": f"{DESHENG}-WH", "name": "文化科"}
    others = new | {"code": f"{DESHENG}-WHK"}, new | {"name": "文体科"}
    async with office.worker.begin() as holding:
        await holding.execute(text("SELECT FROM tree_revision FOR UPDATE"))
        asked = [asyncio.create_task(admin.post("/organisations", body)) for body in (new, *others)]

        async def all_wait() -> bool:
            blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return int(office.tamper(blocked)) == len(asked)

        await until(all_wait)
    answers = await asyncio.gather(*asked)
    # Each sees what the one before has made: the code or the name is taken, or both are free.
    made = [answer.body["code"] for answer in answers if answer.status == 201]
    told = [answer.pointers for answer in answers if answer.status != 201]
    assert len(made) == len(set(made))
    assert all(pointers <= {"/code", "/name"} for pointers in told)
    listed = (await admin.get("/organisations", parent=DESHENG)).body["items"]
    added = [(item["code"], item["name"]) for item in listed if "文" in item["name"]]
    assert {code for code, _ in added} == set(made)
    assert len({name for _, name in added}) == len(added) == len(made)
