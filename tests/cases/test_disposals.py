"""鉴定销毁: two people decide, the worker destroys, and what is left says so and names nobody."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from tests.cases.conftest import Office
from tests.cases.tampering import rewrite, seal, verify
from tests.cases.test_archive import DESHENG, HOME, archive_of, archived, build
from tests.files.conftest import PDF, PNG
from tests.support.applications import APPLICANT_ID, application
from tests.support.district import Answer
from tongban.cases import jobs
from tongban.core.clock import now
from tongban.core.privacy import sm3
from tongban.core.settings import get_settings
from tongban.files import storage

APPRAISED = "鉴定小组意见：保管期满，无保存价值"


async def due(office: Office, **scans: Any) -> str:
    """An archived case with a package whose retention is over."""
    number = await archived(office, **scans)
    await build(office)
    office.tamper(
        "UPDATE archives SET retain_until = '2001-01-01' FROM cases"
        f" WHERE case_id = id AND number = '{number}'"
    )
    return number


async def propose(office: Office, *numbers: str, role: str = "archivist") -> Answer:
    body = {"organisation_code": DESHENG, "numbers": numbers, "reason": APPRAISED}
    return await (await office.person(role, DESHENG)).post("/disposals", body)


async def decide(office: Office, disposal: str, *, approve: bool) -> Answer:
    body = {"approve": approve, "opinion": "同意鉴定意见" if approve else "继续保管"}
    return await (await office.person("leader", DESHENG)).post(
        f"/disposals/{disposal}/decision", body
    )


async def approved(office: Office, *numbers: str) -> str:
    proposed = await propose(office, *numbers)
    assert proposed.status == 201, proposed.body
    decided = await decide(office, proposed.body["id"], approve=True)
    assert (decided.status, decided.body["state"]) == (200, "approved")
    return str(proposed.body["id"])


async def carry_out(office: Office) -> int:
    return await jobs.dispose_approved(office.worker, get_settings())


async def on_storage(content: bytes) -> bool:
    return await storage.exists(storage.get_store(get_settings().files_url), sm3(content))


async def test_only_what_is_due_is_listed_and_proposed(office: Office) -> None:
    ended = await due(office)
    kept = await archived(office, scan=PDF + b"kept")
    await build(office)
    archivist = await office.person("archivist", DESHENG)
    every = await archivist.get("/archives", organisation=DESHENG)
    assert [row["number"] for row in every.body["items"]] == [ended, kept]
    listed = await archivist.get("/archives", organisation=DESHENG, due=True)
    assert [row["number"] for row in listed.body["items"]] == [ended]
    refused = await propose(office, ended, kept, "110102010202001010001")
    assert (refused.status, refused.pointers) == (422, {"/numbers/1", "/numbers/2"})
    assert (await propose(office, ended)).status == 201
    assert (await propose(office, ended)).pointers == {"/numbers/0"}


async def test_nothing_is_destroyed_before_another_person_approves(office: Office) -> None:
    number = await due(office)
    disposal = (await propose(office, number)).body["id"]
    assert await carry_out(office) == 0
    # Somebody who holds both roles still is one person.
    office.tamper(
        "INSERT INTO grants (staff_id, role, organisation_id) SELECT id, 'leader', organisation_id"
        " FROM staff WHERE username = 'ds-archivist'"
    )
    archivist = await office.person("archivist", DESHENG)
    body = {"approve": True, "opinion": "自己批准"}
    own = await archivist.post(f"/disposals/{disposal}/decision", body)
    assert (own.status, own.code) == (409, "own_proposal")
    assert await carry_out(office) == 0
    rejected = await decide(office, disposal, approve=False)
    assert (rejected.body["state"], rejected.body["items"]) == ("rejected", [])
    # A sheet of it is no record of a destruction, and says so.
    sheet = await archivist.get(f"/disposals/{disposal}/register.xlsx")
    said = list(openpyxl.load_workbook(BytesIO(sheet.content)).active.values)[1][0]
    assert "状态：未批准，不予销毁" in str(said)
    assert (await decide(office, disposal, approve=True)).code == "already_decided"
    assert await carry_out(office) == 0
    assert (await propose(office, number)).status == 201


async def test_what_is_left_names_nobody_and_still_proves_itself(office: Office) -> None:
    scan, other_scan = PDF + b"scan", PDF + b"other"
    number = await due(office, scan=scan, signature=PNG)
    whole = await archived(office, scan=other_scan)
    package = (await archive_of(office, number)).digest
    disposal = await approved(office, number)
    assert await carry_out(office) == 1
    assert await carry_out(office) == 0
    case = await office.case(number)
    for table in ("case_personal", "case_materials", "collections", "handovers"):
        assert office.tamper(f"SELECT count(*) FROM {table} WHERE case_id = '{case.id}'") == "0"
    left = office.tamper(
        f"SELECT to_jsonb(c), (SELECT jsonb_agg(e) FROM events e WHERE e.case_id = c.id)"
        f" FROM cases c WHERE number = '{number}'"
    )
    for value in ("王秀兰", APPLICANT_ID, "***", "德胜门外"):
        assert value not in left
    assert not await on_storage(scan)
    assert not await on_storage(PNG)
    assert await on_storage(other_scan)
    archive = await archive_of(office, number)
    assert (archive.file_id, archive.digest) == (None, package)
    clerk = await office.person("clerk", DESHENG)
    history = await clerk.get(f"/cases/{number}/events")
    assert history.body["intact"]
    last = history.body["items"][-1]
    assert (last["event"], last["details"]["decided_by"]) == ("disposed", "ds-leader")
    assert (await clerk.get(f"/cases/{number}")).body["applicant"]["name"] == ""
    for paper in ("receipt", "conclusion", "archive"):
        assert (await clerk.get(f"/cases/{number}/{paper}")).status == 404
    assert (await clerk.get(f"/cases/{whole}/receipt")).status == 200
    assert (await clerk.get("/cases", q="王秀兰")).body["items"][0]["number"] == whole
    archivist = await office.person("archivist", DESHENG)
    record = (await archivist.get(f"/disposals/{disposal}")).body
    assert (record["state"], record["items"][0]["digest"]) == ("done", package)
    sheet = await archivist.get(f"/disposals/{disposal}/register.xlsx")
    rows = list(openpyxl.load_workbook(BytesIO(sheet.content)).active.values)
    assert any(number in row and package in row for row in rows)
    assert "状态：已销毁" in str(rows[1][0])
    # The list of what is to be packaged does not take it up again.
    assert await build(office) == 1


async def test_sealed_days_still_verify_and_forgery_is_still_found(
    office: Office,
) -> None:
    number, forged = await due(office), await due(office)
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        assert await seal(office)
        await approved(office, number)
        assert await carry_out(office) == 1
        whole = await verify()
    assert whole.exit_code == 0, whole.output
    await rewrite(office, forged)
    assert f"case {forged}" in (await verify()).stdout
    office.tamper(
        "UPDATE events SET event = 'disposed' WHERE (case_id, seq) ="
        f" (SELECT id, version FROM cases WHERE number = '{forged}')"
    )
    assert f"case {forged}: event 4" in (await verify()).stdout


async def test_a_scan_that_another_case_took_over_stays(office: Office) -> None:
    number = await due(office)
    shared = office.tamper(
        "SELECT files[1] FROM case_materials JOIN cases ON id = case_id"
        f" WHERE number = '{number}' AND cardinality(files) > 0"
    )
    taker = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    office.tamper(
        f"UPDATE case_materials SET files = ARRAY['{shared}'::uuid] FROM cases"
        f" WHERE case_id = id AND number = '{taker}' AND key = 'ju_min_hu_kou_bu'"
    )
    await approved(office, number)
    assert await carry_out(office) == 1
    clerk = await office.person("clerk", DESHENG)
    assert (await clerk.get(f"/cases/{taker}/files/{shared}")).content == PDF


@pytest.mark.parametrize("login", ["app", "worker"])
async def test_no_login_takes_words_out_of_a_history_without_a_decision(
    office: Office, login: str
) -> None:
    number = await due(office)
    proposed = await propose(office, number)
    assert proposed.status == 201
    case_id = (await office.case(number)).id
    sessions = {"app": office.district.sessions, "worker": office.worker}[login]
    async with sessions() as session:
        with pytest.raises(DBAPIError, match="is not approved"):
            await session.execute(select(func.redact_events(case_id)))
    async with sessions() as session:
        with pytest.raises(DBAPIError, match="permission denied"):
            await session.execute(text("UPDATE events SET comment = ''"))


async def test_one_case_that_cannot_be_destroyed_does_not_hold_up_the_others(
    office: Office,
) -> None:
    bad, good = await due(office), await due(office)
    office.tamper(f"DELETE FROM case_personal WHERE case_id = '{(await office.case(bad)).id}'")
    disposal = await approved(office, bad, good)
    assert await carry_out(office) == 1
    assert (await archive_of(office, bad)).disposed_at is None
    assert (await archive_of(office, good)).disposed_at is not None
    leader = await office.person("leader", DESHENG)
    assert (await leader.get(f"/disposals/{disposal}")).body["state"] == "approved"
    assert [row["id"] for row in (await leader.get("/disposals", state="approved")).body] == [
        disposal
    ]
