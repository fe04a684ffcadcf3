"""Papers that serve again across streets: what is told, what stays hidden, what is kept of it."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.files.conftest import PDF
from tests.support.applications import APPLICANT_ID, OTHER_ID, application
from tests.support.district import Answer, District, Person
from tongban.cases import personal
from tongban.cases.models import CasePersonal
from tongban.core.privacy import blind_index
from tongban.core.settings import get_settings
from tongban.identity import tokens
from tongban.identity.actor import Origin
from tongban.identity.models import AuditEntry
from tongban.identity.service import load_actor
from tongban.organisations.service import get_tree

DESHENG, HOME = "110102010", "110102010002"
JINRONG, THERE = "110102011", "110102011001"
MATTER, REGISTER, CARD = "ST-MZ-008", "ju_min_hu_kou_bu", "shen_qing_ren_ju_min_shen_fen_zheng"


def ok(answer: Answer) -> Any:
    assert answer.status in (200, 201), answer.body
    return answer.body


async def with_scan(clerk: Person, **line: Any) -> Any:
    """A case in 德胜 whose household register was checked and scanned."""
    uploaded = ok(await clerk.call("POST", "/files", files={"file": ("户口簿.pdf", PDF)}))
    body = application(MATTER, HOME)
    scanned = next(item for item in body["materials"] if item["key"] == REGISTER)
    scanned |= {"files": [uploaded["id"]]} | line
    return ok(await clerk.post("/cases", body))


async def drafted(clerk: Person, **changes: Any) -> Any:
    """A draft in 金融街 that lacks its household register."""
    body = application(MATTER, THERE, submit=False, **changes)
    body["materials"] = [line for line in body["materials"] if line["key"] != REGISTER]
    return ok(await clerk.post("/cases", body))


async def elsewhere(person: Person, id_number: str = APPLICANT_ID) -> list[dict[str, Any]]:
    found = ok(await person.post("/persons/search", {"id_number": id_number}))
    assert (found["cases"], found["reusable"]) == ([], [])
    return list(found["elsewhere"])


def reuse(offer: dict[str, Any], reason: str = "本人同意复用户口簿") -> dict[str, Any]:
    return {name: offer[name] for name in ("source_case", "source_key")} | {"reason": reason}


async def take(person: Person, case: Any, body: dict[str, Any], key: str = REGISTER) -> Answer:
    return await person.post(f"/cases/{case['number'] or case['id']}/materials/{key}/reuse", body)


async def trail(district: District, action: str) -> list[AuditEntry]:
    found = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return list(await district.session.scalars(found))


async def test_another_streets_paper_is_named_and_nothing_else_of_its_case(
    district: District,
) -> None:
    source = await with_scan(await district.person("clerk", DESHENG))
    file = next(line for line in source["materials"] if line["key"] == REGISTER)["files"][0]
    clerk = await district.person("clerk", JINRONG)
    [offer] = await elsewhere(clerk)
    assert offer == {
        "source_case": source["id"],
        "source_key": REGISTER,
        "document_kind": "household_register",
        "name": "居民户口簿",
        "checked_at": offer["checked_at"],
    }
    for path in (source["id"], f"{source['id']}/files/{file['id']}", f"{source['id']}/receipt"):
        assert (await clerk.get(f"/cases/{path}")).status == 404
    assert (await clerk.get(f"/files/{file['id']}")).status == 404
    [line] = await trail(district, "material.offered")
    assert (line.username, line.subject) == (clerk.username, f"case:{source['number']}")


async def test_only_who_takes_applications_in_and_holds_the_number_is_told(
    district: District,
) -> None:
    await with_scan(await district.person("clerk", DESHENG))
    assert await elsewhere(await district.person("clerk", JINRONG), OTHER_ID) == []
    assert await elsewhere(await district.person("reviewer", JINRONG)) == []
    assert await trail(district, "material.offered") == []


@pytest.mark.parametrize("line", [{"files": []}, {"received": "copy"}, {"received": "electronic"}])
async def test_only_scans_of_what_was_seen_as_an_original_serve_again(
    district: District, line: dict[str, Any]
) -> None:
    await with_scan(await district.person("clerk", DESHENG), **line)
    assert await elsewhere(await district.person("clerk", JINRONG)) == []


async def test_a_paper_is_opened_once_taken_over_for_a_reason_that_is_kept(
    district: District,
) -> None:
    source = await with_scan(await district.person("clerk", DESHENG))
    clerk = await district.person("clerk", JINRONG)
    [offer] = await elsewhere(clerk)
    draft = await drafted(clerk)
    assert (await take(clerk, draft, reuse(offer, "要"))).pointers == {"/reason"}
    case = ok(await take(clerk, draft, reuse(offer)))
    line = next(item for item in case["materials"] if item["key"] == REGISTER)
    assert (line["received"], line["checked_by"]["username"]) == ("electronic", clerk.username)
    assert "复用" in line["note"]
    assert source["matter_name"] not in line["note"]
    opened = await clerk.get(f"/cases/{draft['id']}/files/{line['files'][0]['id']}")
    assert opened.content == PDF
    [kept] = await trail(district, "material.reused")
    assert (kept.username, kept.subject) == (clerk.username, f"case:{source['number']}")
    assert (kept.reason, kept.details["into"]) == ("本人同意复用户口簿", draft["id"])
    assert ok(await clerk.act(draft["id"], "submit"))["status"] == "accepted"
    history = ok(await clerk.get(f"/cases/{draft['id']}/events"))
    noted = next(item for item in history["items"] if item["event"] == "material_reused")
    assert noted["comment"] == "本人同意复用户口簿"
    assert source["number"] not in str(history)
    assert (await clerk.get(f"/cases/{source['id']}")).status == 404


async def test_a_promised_paper_that_is_taken_over_is_waited_for_no_longer(
    district: District,
) -> None:
    await with_scan(await district.person("clerk", DESHENG))
    clerk = await district.person("clerk", JINRONG)
    [offer] = await elsewhere(clerk)
    body = application(MATTER, THERE)
    due = ok(await clerk.post("/cases", body))["due_on"]
    line = next(item for item in body["materials"] if item["key"] == REGISTER)
    line |= {"received": False, "promised_by": due}
    case = ok(await clerk.post("/cases", body))
    assert case["flags"]["promise_open"]
    assert not ok(await take(clerk, case, reuse(offer)))["flags"]["promise_open"]


async def test_nothing_is_taken_over_that_is_not_the_persons_or_not_of_the_kind(
    district: District,
) -> None:
    await with_scan(await district.person("clerk", DESHENG))
    clerk = await district.person("clerk", JINRONG)
    [offer] = await elsewhere(clerk)
    draft = await drafted(clerk)
    somebody = application(MATTER, THERE)["applicant"] | {"id_number": OTHER_ID}
    others = await drafted(clerk, applicant=somebody)
    assert (await take(clerk, others, reuse(offer))).status == 404
    assert (await take(clerk, draft, reuse(offer), key=CARD)).status == 404
    assert (await take(clerk, draft, reuse(offer), key="nothing")).status == 404
    for wrong in ({"source_case": str(uuid4())}, {"source_key": CARD}):
        assert (await take(clerk, draft, reuse(offer) | wrong)).status == 404
    stranger = await district.person("clerk", "110102001")
    assert (await take(stranger, draft, reuse(offer))).status == 404
    assert await trail(district, "material.reused") == []


async def test_a_case_with_somebodys_papers_stays_theirs(district: District) -> None:
    await with_scan(await district.person("clerk", DESHENG))
    clerk = await district.person("clerk", JINRONG)
    [offer] = await elsewhere(clerk)
    draft = await drafted(clerk)
    case = ok(await take(clerk, draft, reuse(offer)))
    applicant = application(MATTER, THERE)["applicant"]
    path = f"/cases/{draft['id']}"
    match = {"If-Match": f'"{case["version"]}"'}
    other = {"applicant": {**applicant, "id_number": OTHER_ID}}
    refused = await clerk.call("PATCH", path, json=other, headers=match)
    assert refused.status == 422
    assert refused.body["errors"][0]["pointer"] == "/applicant/id_number"
    renamed = {"applicant": {**applicant, "mobile": "13911112222"}}
    ok(await clerk.call("PATCH", path, json=renamed, headers=match))


async def test_a_decided_case_takes_nothing_over(district: District) -> None:
    await with_scan(await district.person("clerk", DESHENG))
    clerk = await district.person("clerk", JINRONG)
    [offer] = await elsewhere(clerk)
    case = ok(await clerk.post("/cases", application(MATTER, THERE)))
    ok(await (await district.person("reviewer", JINRONG)).act(case["number"], "approve"))
    assert (await take(clerk, case, reuse(offer))).code == "action_not_allowed"


async def test_looking_across_the_district_opens_no_personal_data(district: District) -> None:
    source = await with_scan(await district.person("clerk", DESHENG))
    clerk = await district.person("clerk", JINRONG)
    token = clerk.headers["Authorization"].removeprefix("Bearer ")
    access = tokens.read(get_settings(), token)
    assert isinstance(access, tokens.Access)
    session, tree = district.session, await get_tree(district.session)
    actor = await load_actor(session, access, Origin())
    root = tree.find("110102")
    assert root is not None
    index = blind_index("id_number", APPLICANT_ID)
    found = await personal.cases_of(session, tree, actor, index, root)
    assert [str(case_id) for case_id in found] == [source["id"]]
    assert (await session.scalars(select(CasePersonal.case_id))).all() == []
