"""What happens by the clock: deemed acceptance, missed promises, archives, seals."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
import time_machine
from sqlalchemy import select, text, update

from tests.support.applications import APPLICANT_ID, application
from tests.support.district import District
from tongban.cases import jobs
from tongban.cases.documents.archive import verify_package
from tongban.cases.models import Archive, Case, Event, Outbox
from tongban.cases.seals import verify_seals
from tongban.cases.service import BrokenChain, verify_chains
from tongban.core.settings import get_settings

DESHENG, HOME = "110102010", "110102010002"
FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""10:00 in Beijing; five working days on is Friday the 27th."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        yield traveller


async def received(district: District, **changes: Any) -> str:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True, **changes)
    answer = await clerk.post("/cases", body)
    assert (answer.status, answer.body["status"]) == (201, "received"), answer.body
    assert answer.body["acceptance_due_on"] == "2026-11-27"
    return str(answer.body["number"])


async def look(district: District, number: str) -> Any:
    district.sign_out_all()
    clerk = await district.person("clerk", DESHENG)
    return (await clerk.get(f"/cases/{number}")).body


async def test_what_nobody_decided_counts_as_accepted_from_its_day(
    district: District, clock: time_machine.Traveller
) -> None:
    number = await received(district)
    clock.move_to(datetime(2026, 11, 27, 10, 0, tzinfo=UTC))
    assert await jobs.accept_overdue(district.sessions, get_settings()) == 0
    clock.move_to(datetime(2026, 11, 27, 16, 30, tzinfo=UTC))
    assert await jobs.accept_overdue(district.sessions, get_settings()) == 1
    assert await jobs.accept_overdue(district.sessions, get_settings()) == 0
    case = await look(district, number)
    assert case["status"] == "accepted"
    assert case["flags"]["deemed_accepted"]
    assert datetime.fromisoformat(case["accepted_at"]) == FRIDAY
    assert case["due_on"] == "2026-12-04"
    assert [task["function"] for task in case["tasks"] if task["state"] == "open"] == ["approve"]


async def test_what_waits_for_the_applicant_is_never_deemed_accepted(
    district: District, clock: time_machine.Traveller
) -> None:
    number = await received(district)
    clerk = await district.person("clerk", DESHENG)
    finding = {"pointer": "/materials/ju_min_hu_kou_bu", "message": "户口簿缺本人页"}
    asked = await clerk.act(number, "request_correction", findings=[finding])
    assert asked.status == 200, asked.body
    clock.move_to(datetime(2026, 12, 24, tzinfo=UTC))
    assert await jobs.accept_overdue(district.sessions, get_settings()) == 0
    district.sign_out_all()
    clerk = await district.person("clerk", DESHENG)
    assert (await clerk.get(f"/cases/{number}/notice")).status == 200
    again = await clerk.act(number, "submit_correction")
    assert again.body["acceptance_due_on"] == "2026-12-31"
    assert (await clerk.act(number, "request_correction", comment="再补")).status == 409
    assert (await clerk.act(number, "accept")).body["status"] == "accepted"


async def test_a_missed_promise_is_marked_once(
    district: District, clock: time_machine.Traveller
) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME)
    line = next(m for m in body["materials"] if m["key"] == "ju_min_hu_kou_bu")
    line |= {"received": False, "promised_by": "2026-11-25"}
    answer = await clerk.post("/cases", body)
    assert answer.body["flags"]["promise_open"]
    clock.move_to(datetime(2026, 11, 25, 10, tzinfo=UTC))
    assert await jobs.miss_promises(district.sessions, get_settings()) == 0
    clock.move_to(datetime(2026, 11, 26, 10, tzinfo=UTC))
    assert await jobs.miss_promises(district.sessions, get_settings()) == 1
    assert await jobs.miss_promises(district.sessions, get_settings()) == 0
    case = await look(district, answer.body["number"])
    missed = {m["key"] for m in case["materials"] if m["promise_missed"]}
    assert missed == {"ju_min_hu_kou_bu"}
    assert case["status"] == "accepted"


async def archived(district: District) -> str:
    clerk = await district.person("clerk", DESHENG)
    number = str((await clerk.post("/cases", application("ST-MZ-008", HOME))).body["number"])
    reviewer = await district.person("reviewer", DESHENG)
    assert (await reviewer.act(number, "approve")).status == 200
    assert (await clerk.act(number, "issue")).status == 200
    assert (await clerk.act(number, "archive")).status == 200
    return number


async def test_an_archived_case_becomes_a_package(district: District) -> None:
    number = await archived(district)
    clerk = await district.person("clerk", DESHENG)
    assert (await clerk.get(f"/cases/{number}/archive")).code == "no_such_paper"
    assert await jobs.build_archives(district.sessions, get_settings()) == 1
    assert await jobs.build_archives(district.sessions, get_settings()) == 0
    package = (await clerk.get(f"/cases/{number}/archive")).content
    archive = (await district.session.scalars(select(Archive))).one()
    assert verify_package(BytesIO(package), archive.digest) == []
    assert archive.retain_until.year == date.today().year + 10  # noqa: DTZ011 - only the year
    with ZipFile(BytesIO(package)) as content:
        index = orjson.loads(content.read("index.json"))
        everything = b"".join(content.read(name) for name in content.namelist())
    assert number in str(index)
    assert APPLICANT_ID.encode() not in everything


async def findings(district: District) -> list[str]:
    broken = [found async for found in verify_chains(district.session)]
    chains = [found.case for found in broken if isinstance(found, BrokenChain)]
    return chains + await verify_seals(district.session, get_settings())


async def test_a_rewritten_history_no_longer_fits_its_seal(
    district: District, clock: time_machine.Traveller
) -> None:
    number = await archived(district)
    other = await received(district)
    clock.move_to(datetime(2026, 11, 23, tzinfo=UTC))
    assert await jobs.seal_days(district.sessions, get_settings()) == 3
    assert await jobs.seal_days(district.sessions, get_settings()) == 0
    assert await findings(district) == []
    # As a thief with the owner's rights would: the case is cut back to its first event, and its
    # row made to agree.
    case = (await district.session.scalars(select(Case).where(Case.number == other))).one()
    first = await district.session.get_one(Event, (case.month, case.id, 1))
    assert first.hash == case.head_hash
    await district.session.execute(
        update(Case).where(Case.number == number).values(version=1, head_hash=first.hash)
    )
    district.session.expire_all()
    assert number in await findings(district)


async def test_the_applications_login_cannot_touch_history(district: District) -> None:
    await archived(district)
    for statement in ("UPDATE events SET comment = ''", "DELETE FROM events"):
        with pytest.raises(Exception, match="permission denied"):
            async with district.session.begin_nested():
                await district.session.execute(text(statement))


async def test_the_outbox_is_emptied(district: District) -> None:
    await archived(district)
    assert await jobs.drain_outbox(district.sessions, get_settings()) == 4
    assert (await district.session.scalars(select(Outbox))).all() == []


async def test_provisional_due_dates_are_computed_again(
    district: District, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 12, 21, 2, tzinfo=UTC))
    clerk = await district.person("clerk", DESHENG)
    case = (await clerk.post("/cases", application("ST-MZ-008", HOME))).body
    assert case["due"]["provisional"]
    assert await jobs.recalculate(district.sessions, get_settings()) == 1
    assert (await look(district, case["number"]))["due"]["provisional"]
    admin = await district.person("system_admin", "110102")
    days = [{"date": "2027-01-01", "is_working": False, "note": "元旦"}]
    assert (await admin.call("PUT", "/calendar/2027", json={"days": days})).status == 200
    await jobs.recalculate(district.sessions, get_settings())
    after = await look(district, case["number"])
    assert not after["due"]["provisional"]
    assert after["due_on"] > case["due_on"]
