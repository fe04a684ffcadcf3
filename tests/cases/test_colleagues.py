"""Who is offered when work is handed on: those who can take it, and only to who may ask."""

from sqlalchemy import update

from tests.cases.test_actions import DESHENG, HOME, accepted, ok
from tests.support.district import District
from tests.support.people import make_staff
from tongban.identity.models import Staff
from tongban.identity.roles import Role

ELSEWHERE, HOUSING = "110102011", "110102010-ZF"


async def open_task(district: District, number: str) -> str:
    reviewer = await district.person("reviewer", DESHENG)
    case = ok(await reviewer.get(f"/cases/{number}"))
    return next(str(task["id"]) for task in case["tasks"] if task["state"] == "open")


async def test_a_task_is_offered_to_who_can_take_it(district: District) -> None:
    number = await accepted(district)
    task = await open_task(district, number)
    await make_staff(district.session, "ds-second", DESHENG, Role.REVIEWER, name="周立")
    await make_staff(district.session, "ds-gone", DESHENG, Role.REVIEWER, active=False)
    await make_staff(district.session, "jrj-second", ELSEWHERE, Role.REVIEWER)
    await make_staff(district.session, "ds-other", DESHENG, Role.CLERK)
    await make_staff(district.session, "ds-below", HOME, Role.REVIEWER)
    reviewer = await district.person("reviewer", DESHENG)
    ok(await reviewer.act(number, "claim"))
    path = f"/tasks/{task}/takers"

    offered = {one["username"]: one for one in ok(await reviewer.get(path))}
    assert "ds-second" in offered
    assert offered.keys().isdisjoint(
        {reviewer.username, "ds-gone", "jrj-second", "ds-other", "ds-below"}
    )
    assert offered["ds-second"] == {
        "username": "ds-second",
        "name": "周立",
        "organisation": {"code": DESHENG, "name": "德胜街道"},
        "roles": ["reviewer"],
        "active": True,
        "open_tasks": 0,
    }
    for q in ("周", "DS-SEC"):
        found = ok(await reviewer.get(path, q=q))
        assert [one["username"] for one in found] == ["ds-second"]
    assert ok(await reviewer.get(path, q="%")) == []
    units = [one["code"] for one in ok(await reviewer.get(f"/tasks/{task}/units"))]
    assert HOUSING in units
    assert all(code.startswith(f"{DESHENG}-") for code in units)
    there = ok(await reviewer.get(path, organisation=HOUSING))
    assert "ds-second" in {one["username"] for one in there}
    for outside in (ELSEWHERE, HOME):
        refused = await reviewer.get(path, organisation=outside)
        assert (refused.status, refused.code) == (422, "outside_route")
        assert refused.pointers == {"/organisation"}
    ok(await reviewer.act(number, "transfer", to_staff="ds-second"))
    supervisor = await district.person("supervisor", DESHENG)
    holding = {one["username"]: one for one in ok(await supervisor.get("/holders"))}
    assert holding["ds-second"]["open_tasks"] == 1


async def test_only_who_may_transfer_asks_who_can_take_it(district: District) -> None:
    number = await accepted(district)
    task = await open_task(district, number)
    path = f"/tasks/{task}/takers"
    stranger = await district.person("reviewer", ELSEWHERE)
    assert (await stranger.get(path)).status == 404
    clerk = await district.person("clerk", DESHENG)
    assert (await clerk.get(path)).code == "action_not_allowed"
    supervisor = await district.person("supervisor", DESHENG)
    assert (await supervisor.get(path)).status == 200
    assert (await supervisor.get(path, organisation="nope")).code == "unknown_organisation"
    reviewer = await district.person("reviewer", DESHENG)
    ok(await reviewer.act(number, "approve"))
    assert (await supervisor.get(path)).status == 404


async def test_all_tasks_of_who_leaves_go_to_one_who_can_take_them_all(district: District) -> None:
    for matter in ("ST-MZ-008", "ST-MZ-001"):
        number = await accepted(district, matter)
        reviewer = await district.person("reviewer", DESHENG)
        ok(await reviewer.act(number, "claim"))
    await make_staff(district.session, "ds-all", DESHENG, Role.REVIEWER)
    await make_staff(district.session, "ds-part", f"{DESHENG}-DT", Role.REVIEWER)
    left = update(Staff).where(Staff.username == reviewer.username).values(active=False)
    await district.session.execute(left)

    supervisor = await district.person("supervisor", DESHENG)
    holding = {one["username"]: one for one in ok(await supervisor.get("/holders"))}
    mine = holding[reviewer.username]
    assert (mine["active"], mine["open_tasks"] >= 2) == (False, True)
    path = f"/staff/{reviewer.username}"
    offered = {one["username"] for one in ok(await supervisor.get(f"{path}/takers"))}
    assert "ds-all" in offered
    assert offered.isdisjoint({"ds-part", reviewer.username})
    assert ok(await supervisor.get("/staff/ds-all/takers")) == []

    elsewhere = await district.person("supervisor", ELSEWHERE)
    assert reviewer.username not in {one["username"] for one in ok(await elsewhere.get("/holders"))}
    assert (await elsewhere.get(f"{path}/takers")).status == 403
    assert (await supervisor.get("/staff/nobody/takers")).status == 404
    answer = await supervisor.post(f"{path}/hand-over", {"to_staff": "ds-all", "reason": "离职"})
    assert ok(answer)["tasks"] == mine["open_tasks"]
