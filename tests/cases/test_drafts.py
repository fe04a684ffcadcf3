"""What becomes of a draft when its matter changes while it lies there."""

from typing import Any

from tests.cases.test_actions import DESHENG, HOME, ok
from tests.support.applications import application
from tests.support.district import District, Person

MATTER, PAPERS = "ST-MZ-008", "yang_lao_zhu_can_ka"


async def drafted(district: District) -> tuple[Person, str]:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.post("/cases", application(MATTER, HOME, submit=False))
    assert answer.status == 201, answer.body
    return clerk, str(answer.body["id"])


async def publish(district: District, **changes: Any) -> None:
    editor = await district.person("catalogue_editor", "110102")
    content = ok(await editor.get(f"/matters/{MATTER}"))["content"] | changes
    assert ok(await editor.post("/matters/import", [content]))["changed"] == 1


async def test_a_draft_of_a_retired_matter_is_not_submitted(district: District) -> None:
    clerk, draft = await drafted(district)
    editor = await district.person("catalogue_editor", "110102")
    ok(await editor.post(f"/matters/{MATTER}/retire", {"reason": "政策到期"}))
    refused = await clerk.act(draft, "submit")
    assert (refused.status, refused.code, refused.pointers) == (
        422,
        "unknown_matter",
        {"/matter_code"},
    )
    path, match = f"/cases/{draft}", {"If-Match": "*"}
    edited = await clerk.call("PATCH", path, json={"home_code": HOME}, headers=match)
    assert edited.code == "unknown_matter"
    ok(await editor.post(f"/matters/{MATTER}/reactivate", {"reason": "恢复办理"}))
    assert ok(await clerk.act(draft, "submit"))["status"] == "accepted"


async def test_a_draft_is_submitted_by_the_version_in_force(district: District) -> None:
    clerk, draft = await drafted(district)
    reading = ok(await clerk.get(f"/matters/{MATTER}"))["content"]
    kept = [one for one in reading["materials"] if one["key"] != PAPERS]
    new = {**kept[0], "key": "xin_cai_liao", "name": "新材料", "document_kind": None}
    await publish(district, materials=[*kept, new], promised_days=12, name="高龄津贴")
    refused = await clerk.act(draft, "submit")
    assert refused.pointers == {"/materials"}
    assert "新材料" in refused.body["errors"][0]["message"]
    lines = [{"key": "xin_cai_liao", "received": True}]
    path, match = f"/cases/{draft}", {"If-Match": "*"}
    edited = ok(await clerk.call("PATCH", path, json={"materials": lines}, headers=match))
    assert PAPERS not in [one["key"] for one in edited["materials"]]
    case = ok(await clerk.act(draft, "submit"))
    assert case["matter_name"] == "高龄津贴"
    fresh = await clerk.get(f"/matters/{MATTER}/route-preview", accepting=DESHENG, home=HOME)
    assert case["due_on"] == ok(fresh)["due_on"]


async def test_a_draft_of_what_is_no_longer_offered_here_is_not_submitted(
    district: District,
) -> None:
    clerk, draft = await drafted(district)
    editor = await district.person("catalogue_editor", "110102")
    never = {"items": [{"organisation_code": DESHENG, "offered": False}]}
    ok(await editor.call("PUT", f"/matters/{MATTER}/offerings", json=never))
    refused = await clerk.act(draft, "submit")
    assert (refused.code, refused.pointers) == ("not_offered", {"/matter_code"})
