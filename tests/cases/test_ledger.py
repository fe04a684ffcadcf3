"""The ledger against what was done: counted here by hand, by every dimension and in every order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import permutations
from typing import Any

import openpyxl
import pytest
import time_machine
from sqlalchemy import text

from tests.support.applications import application
from tests.support.district import District

DESHENG, JINRONG = "110102010", "110102012"
HALL, OTHER_HALL = f"{DESHENG}-DT", f"{JINRONG}-DT"
HOME = "110102010002"
ALLOWANCE, FILING, CARRIED = "ST-MZ-008", "ST-MZ-015", "ST-CJ-001"
NAMES = (
    "registered", "accepted", "not_accepted", "in_process", "approved", "denied", "filed",
    "forwarded", "withdrawn", "terminated", "cross_handled", "overdue",
)  # fmt: skip

# Peking time: a Friday evening is still that Friday, though a new day has begun nowhere else; the
# last days of a month and of a week are next to the first ones of the next.
FRIDAY = datetime(2026, 10, 30, 1, 0, tzinfo=UTC)
LATE_ON_FRIDAY = datetime(2026, 10, 30, 15, 59, tzinfo=UTC)
JUST_SATURDAY = datetime(2026, 10, 30, 16, 1, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
LOOKED_AT = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """One case: when, where and by whom it was registered, and what came of it."""

    at: datetime
    place: str
    matter: str
    end: str

    @property
    def counts(self) -> Counter[str]:
        found = Counter(registered=1)
        if self.end != "refuse":
            found["accepted"] = 1
        ends = {"approve": "approved", "deny": "denied", "file": "filed", "refuse": "not_accepted",
                "forward": "forwarded", "withdraw": "withdrawn",
                "terminate": "terminated"}  # fmt: skip
        if self.end in ends:
            found[ends[self.end]] = 1
        else:
            found["in_process"] = 1
            found["overdue"] = int(self.end != "suspend")  # its clock stands still
        if self.place == JINRONG:
            found["cross_handled"] = 1
        return found


DONE = [
    Done(FRIDAY, DESHENG, ALLOWANCE, "approve"),
    Done(FRIDAY, DESHENG, ALLOWANCE, "nothing"),
    Done(FRIDAY, JINRONG, ALLOWANCE, "nothing"),
    Done(FRIDAY, DESHENG, FILING, "file"),
    Done(LATE_ON_FRIDAY, DESHENG, ALLOWANCE, "deny"),
    Done(JUST_SATURDAY, DESHENG, ALLOWANCE, "refuse"),
    Done(JUST_SATURDAY, JINRONG, ALLOWANCE, "approve"),
    Done(MONDAY, DESHENG, ALLOWANCE, "withdraw"),
    Done(MONDAY, DESHENG, ALLOWANCE, "terminate"),
    Done(MONDAY, JINRONG, ALLOWANCE, "nothing"),
    Done(MONDAY, DESHENG, ALLOWANCE, "suspend"),
    Done(MONDAY, DESHENG, CARRIED, "forward"),
]


async def do(district: District, one: Done) -> None:
    with time_machine.travel(one.at, tick=False):
        district.sign_out_all()
        clerk = await district.person("clerk", one.place)
        refused = {"receive_only": True, "materials": []} if one.end == "refuse" else {}
        made = await clerk.post("/cases", application(one.matter, HOME, **refused))
        assert made.status == 201, made.body
        number = made.body["number"]
        if one.end == "nothing":
            return
        if one.end == "forward":
            runner = await district.person("agent_runner", DESHENG)
            await runner.act(number, "carry_out")
            answer = await runner.act(number, "record_result", decision="forwarded")
            assert answer.status == 200, answer.body
            return
        who = clerk if one.end in ("refuse", "withdraw") else None
        if who is None:
            hall = await district.person("pre_reviewer", DESHENG)
            if one.place == JINRONG and one.matter == ALLOWANCE:
                await hall.act(number, "pass")
            who = await district.person("reviewer", DESHENG)
        more = {"reason": "hearing"} if one.end == "suspend" else {}
        answer = await who.act(number, one.end, comment="办理意见", **more)
        assert answer.status == 200, answer.body


@pytest.fixture
def late() -> Iterator[None]:
    with time_machine.travel(LOOKED_AT, tick=False):
        yield


def period_of(one: Done, period: str) -> date:
    day = (one.at + timedelta(hours=8)).date()
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def by_hand(done: list[Done], group_by: tuple[str, ...], period: str) -> dict[Any, Counter[str]]:
    """Counts by what is fixed: nothing for the total, then one dimension more each time."""
    found: dict[Any, Counter[str]] = {}
    for one in done:
        values = {
            "period": str(period_of(one, period)),
            "matter": one.matter,
            "organisation": f"{one.place}-DT",
            "clerk": one.place,
        }
        keys = tuple(values[name] for name in group_by)
        for level in range(len(keys) + 1):
            found[keys[:level]] = found.get(keys[:level], Counter()) + one.counts
    return found


def shown(rows: list[dict[str, Any]], group_by: tuple[str, ...]) -> dict[Any, Counter[str]]:
    def value(row: dict[str, Any], name: str) -> Any:
        if name == "organisation":
            return row[name]["code"]
        if name == "clerk":
            return {"ds-clerk": DESHENG}.get(row[name]["username"], JINRONG)
        return row["matter_code" if name == "matter" else name]

    found = {}
    for row in rows:
        key = tuple(value(row, name) for name in group_by[: row["level"]])
        assert key not in found, f"{key} stands twice"
        found[key] = Counter({name: row[name] for name in NAMES if row[name]})
    return found


async def test_every_figure_is_what_was_done(district: District, late: None) -> None:
    for one in DONE:
        await do(district, one)
    district.sign_out_all()
    clerk = await district.person("clerk", DESHENG)
    draft = await clerk.post("/cases", application(ALLOWANCE, HOME, submit=False))
    assert draft.status == 201  # no case yet: it is counted nowhere
    reader = await district.person("supervisor", DESHENG)
    span = {"date_from": "2026-10-01", "date_to": "2026-11-27"}
    dimensions = ("period", "matter", "organisation", "clerk")
    orders = [*permutations(dimensions, 1), *permutations(dimensions, 2), dimensions]
    for group_by in orders:
        for period in ("day", "week", "month"):
            asked = {**span, "group_by": list(group_by), "period": period}
            ledger = await reader.get("/ledger", **asked)
            assert shown(ledger.body["rows"], group_by) == by_hand(DONE, group_by, period)
    # Every street has a hall of that name.
    rows = (await reader.get("/ledger", **span, group_by=["organisation"])).body["rows"]
    halls = {row["organisation"]["name"] for row in rows if row["level"]}
    assert halls == {"德胜街道 公共服务大厅", "什刹海街道 公共服务大厅"}


async def test_filters_and_days_narrow_it(district: District, late: None) -> None:
    for one in DONE:
        await do(district, one)
    district.sign_out_all()
    reader = await district.person("supervisor", DESHENG)

    async def total(**asked: Any) -> Counter[str]:
        span = {"date_from": "2026-10-01", "date_to": "2026-11-27", "group_by": ["matter"]}
        rows = (await reader.get("/ledger", **{**span, **asked})).body["rows"]
        return shown(rows, ("matter",))[()]

    def of(*done: Done) -> Counter[str]:
        return sum((one.counts for one in done), Counter())

    friday = [one for one in DONE if one.at in (FRIDAY, LATE_ON_FRIDAY)]
    assert await total(date_from="2026-10-30", date_to="2026-10-30") == of(*friday)
    saturday = [one for one in DONE if one.at == JUST_SATURDAY]
    assert await total(date_from="2026-10-31", date_to="2026-10-31") == of(*saturday)
    elsewhere = [one for one in DONE if one.place == JINRONG]
    assert await total(organisation=JINRONG) == of(*elsewhere)
    assert await total(organisation=OTHER_HALL) == of(*elsewhere)
    assert await total(matter=FILING) == of(*(one for one in DONE if one.matter == FILING))
    assert await total(clerk="ds-clerk") == of(*(one for one in DONE if one.place == DESHENG))
    # Another street sees what it took in, not what the home street has besides.
    stranger = await district.person("clerk", JINRONG)
    rows = (await stranger.get("/ledger", date_from="2026-10-01", group_by=["matter"])).body["rows"]
    assert shown(rows, ("matter",))[()] == of(*elsewhere)


async def test_the_sheet_has_the_same_figures(district: District, late: None) -> None:
    for one in DONE:
        await do(district, one)
    district.sign_out_all()
    reader = await district.person("supervisor", DESHENG)
    asked = {"date_from": "2026-10-01", "group_by": ["period", "matter"], "period": "month"}
    rows = (await reader.get("/ledger", **asked)).body["rows"]
    sheet = await reader.get("/ledger.xlsx", **asked)
    lines = list(openpyxl.load_workbook(BytesIO(sheet.content)).active.values)
    figures = [line[-len(NAMES) :] for line in lines if isinstance(line[-1], int)]
    assert Counter(figures) == Counter(tuple(row[name] for name in NAMES) for row in rows)


# Told by each case's history, not by the columns that the ledger reads.
FACTS = """
    WITH ended AS (
        SELECT DISTINCT ON (case_id) case_id, to_status, event, details
        FROM events WHERE from_status IS DISTINCT FROM to_status ORDER BY case_id, seq DESC
    ), paused AS (
        SELECT case_id, max(seq) FILTER (WHERE event = 'suspended') AS since,
            max(seq) FILTER (WHERE event = 'resumed') AS until
        FROM events GROUP BY case_id
    )
    SELECT
        date_trunc(:period, cases.registered_at AT TIME ZONE 'Asia/Shanghai')::date AS period,
        matter_code AS matter, organisations.code AS organisation, staff.username AS clerk,
        EXISTS (
            SELECT FROM events WHERE case_id = cases.id AND event IN ('accepted', 'deemed_accepted')
        ) AS accepted,
        ended.to_status = 'not_accepted' AS not_accepted,
        ended.to_status IN ('accepted', 'in_process') AS in_process,
        ended.event = 'approved' AS approved,
        ended.event = 'denied' AS denied,
        ended.event = 'filed' AS filed,
        ended.event = 'result_recorded' AS forwarded,
        ended.to_status = 'withdrawn' AS withdrawn,
        ended.to_status = 'terminated' AS terminated,
        accepting_id <> responsible_id AND organisations.code LIKE '110102012%' AS cross_handled,
        ended.to_status IN ('accepted', 'in_process') AND due_on < '2026-11-27'
            AND coalesce(since, 0) <= coalesce(until, 0) AS overdue
    FROM cases
    JOIN ended ON ended.case_id = cases.id
    JOIN paused ON paused.case_id = cases.id
    JOIN organisations ON organisations.id = accepting_id
    JOIN staff ON staff.id = registered_by
    WHERE number IS NOT NULL
"""


@pytest.mark.parametrize("period", ["day", "week", "month"])
async def test_every_cell_is_what_the_histories_say(
    district: District, late: None, period: str
) -> None:
    for one in DONE:
        await do(district, one)
    district.sign_out_all()
    reader = await district.person("supervisor", DESHENG)
    counted = ", ".join(f"count(*) FILTER (WHERE {name}) AS {name}" for name in NAMES[1:])
    for group_by in permutations(("period", "matter", "organisation", "clerk"), 3):
        asked = {"date_from": "2026-10-01", "period": period, "group_by": list(group_by)}
        rows = (await reader.get("/ledger", **asked)).body["rows"]
        told = {
            tuple(
                row["organisation"]["code"] if name == "organisation"
                else row["clerk"]["username"] if name == "clerk"
                else row["matter_code"] if name == "matter"
                else row["period"]
                for name in group_by[: row["level"]]
            ): tuple(row[name] for name in NAMES)
            for row in rows
        }  # fmt: skip
        expected = {}
        for level in range(4):
            keys = "".join(f"{name}::text, " for name in group_by[:level])
            groups = f"GROUP BY {keys[:-2]}" if level else ""
            statement = f"SELECT {keys}count(*), {counted} FROM ({FACTS}) AS facts {groups}"
            for line in await district.session.execute(text(statement), {"period": period}):
                expected[tuple(line[:level])] = tuple(line[level:])
        assert told == expected
        sheet = await reader.get("/ledger.xlsx", **asked)
        lines = list(openpyxl.load_workbook(BytesIO(sheet.content)).active.values)[3:]
        assert Counter(tuple(line[3:]) for line in lines) == Counter(expected.values())
        assert tuple(lines[-1][3:]) == expected[()]
