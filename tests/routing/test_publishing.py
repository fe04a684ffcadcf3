"""The editor's way from a draft to a version in force."""

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.support.district import Answer, District, Person
from tongban.identity.models import AuditEntry, GrantRow
from tongban.identity.roles import Role

DISTRICT, STREET = "110102", "110102010"
CODE = "ST-RK-001"


async def editor_of(district: District) -> Person:
    return await district.person(Role.CATALOGUE_EDITOR, DISTRICT)


async def draft(person: Person, code: str = CODE) -> tuple[dict[str, Any], str]:
    answer = await person.post(f"/matters/{code}/draft", None)
    assert answer.status == 201, answer.body
    return answer.body["content"], answer.headers["etag"]


async def save(person: Person, content: dict[str, Any], etag: str, code: str = CODE) -> Answer:
    headers = {"If-Match": etag}
    return await person.call("PUT", f"/matters/{code}/draft", json=content, headers=headers)


def new_matter(**overrides: Any) -> dict[str, Any]:
    return {
        "code": "ST-CS-001",
        "name": "测试证明",
        "level": "street",
        "category": "民政服务",
        "power_type": "公共服务",
        "handling": "direct",
        "approving_unit": {"level": "street", "unit": "民政科"},
        "statutory_days": 10,
        "promised_days": 3,
        "case_kind": "promised",
        "cross_handling_scope": "whole_district",
        "home_basis": "either",
        "legal_basis": ["测试条例"],
        "guide": {"visits": 1, "visits_reason": "核对原件"},
        "process": [
            step("accept", "accept", "accepting", "clerk", 0),
            step("approve", "approve", "home_street:民政科", "reviewer", 3),
        ],
    } | overrides


def step(key: str, function: str, unit: str, role: str, days: int, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "function": function,
        "unit": unit,
        "role": role,
        "limit_days": days,
        **more,
    }


async def test_a_draft_stands_beside_the_live_version_until_it_is_published(
    district: District,
) -> None:
    editor = await editor_of(district)
    content, etag = await draft(editor)
    saved = await save(editor, content | {"name": "生育登记（新）"}, etag)
    assert (saved.status, saved.body["revision"]) == (200, 2)
    live = (await editor.get(f"/matters/{CODE}")).body
    assert (live["content"]["name"], live["version"], live["has_draft"]) == ("生育登记", 1, True)

    difference = await editor.call("GET", f"/matters/{CODE}/compare?from=1&to=draft")
    assert difference.body["changes"] == [
        {"pointer": "/name", "label": "名称", "before": "生育登记", "after": "生育登记（新）"}
    ]
    checked = await editor.post(f"/matters/{CODE}/draft/check", None)
    assert checked.body["publishable"] is True
    answer = await editor.post(f"/matters/{CODE}/publish", {"note": "改名"})
    assert answer.status == 200
    assert (answer.body["version"], answer.body["has_draft"]) == (2, False)

    versions = (await editor.get(f"/matters/{CODE}/versions")).body
    assert [(v["number"], v["state"], v["note"]) for v in versions] == [
        (2, "published", "改名"),
        (1, "superseded", ""),
    ]
    assert versions[0]["published_by"]["username"] == editor.username
    first = (await editor.get(f"/matters/{CODE}/versions/1")).body
    assert first["content"]["name"] == "生育登记"
    assert (await editor.get(f"/matters/{CODE}/draft")).status == 404


async def test_edits_are_asked_for_the_revision_they_saw(district: District) -> None:
    editor = await editor_of(district)
    content, etag = await draft(editor)
    without = await editor.call("PUT", f"/matters/{CODE}/draft", json=content)
    assert (without.status, without.code) == (428, "version_required")
    assert (await save(editor, content | {"fee": 5}, etag)).status == 200
    stale = await save(editor, content | {"fee": 6}, etag)
    assert (stale.status, stale.code) == (412, "stale_version")
    assert (await editor.call("DELETE", f"/matters/{CODE}/draft")).status == 428
    headers = {"If-Match": etag}
    late = await editor.call("DELETE", f"/matters/{CODE}/draft", headers=headers)
    assert late.status == 412
    late = await editor.call("POST", f"/matters/{CODE}/publish", headers=headers)
    assert late.status == 412
    shown = await editor.get(f"/matters/{CODE}/draft")
    assert shown.body["content"]["fee"] == 5
    headers = {"If-Match": shown.headers["etag"]}
    gone = await editor.call("DELETE", f"/matters/{CODE}/draft", headers=headers)
    assert gone.status == 204
    assert (await editor.get(f"/matters/{CODE}")).body["has_draft"] is False


async def test_there_is_one_draft_and_it_must_say_something_new(district: District) -> None:
    editor = await editor_of(district)
    _, _ = await draft(editor)
    assert (await editor.post(f"/matters/{CODE}/draft", None)).code == "draft_exists"
    assert (await editor.post(f"/matters/{CODE}/publish", None)).code == "nothing_changed"


async def test_a_new_matter_is_nobodys_before_it_is_published(district: District) -> None:
    editor = await editor_of(district)
    made = await editor.post("/matters", new_matter())
    assert (made.status, made.body["base"]) == (201, 0)
    assert (await editor.post("/matters", new_matter())).code == "matter_exists"
    row = (await editor.get("/matters", q="ST-CS")).body["items"]
    assert [(r["status"], r["version"], r["has_draft"]) for r in row] == [("draft", 0, True)]
    path = "/matters/ST-CS-001"
    assert (await editor.get(f"{path}/route-preview", accepting=STREET, home="x")).status == 404
    route = await editor.get(
        f"{path}/route-preview", accepting=STREET, home="110102010002", version="draft"
    )
    assert [s["key"] for s in route.body["steps"]] == ["accept", "approve"]
    published = await editor.post(f"{path}/publish", None)
    assert (published.body["status"], published.body["version"]) == ("active", 1)


async def test_discarding_a_matter_that_never_was_leaves_nothing(district: District) -> None:
    editor = await editor_of(district)
    etag = (await editor.post("/matters", new_matter())).headers["etag"]
    headers = {"If-Match": etag}
    gone = await editor.call("DELETE", "/matters/ST-CS-001/draft", headers=headers)
    assert gone.status == 204
    assert (await editor.get("/matters/ST-CS-001")).status == 404


async def test_code_is_fixed(district: District) -> None:
    editor = await editor_of(district)
    content, etag = await draft(editor)
    answer = await save(editor, content | {"code": "OTHER"}, etag)
    assert (answer.status, answer.pointers) == (422, {"/code"})


FIELD = {"key": "age", "title": "年龄", "type": "integer"}


async def test_what_cannot_be_seen_is_not_saved(district: District) -> None:
    editor = await editor_of(district)
    content, etag = await draft(editor)
    content["form"][0]["title"] += "\u202e"
    content["legal_basis"][0] = "第一条\n第二条"
    refused = await save(editor, content, etag)
    assert (refused.status, refused.code) == (422, "invalid")
    assert [(e["pointer"], e["code"]) for e in refused.body["errors"]] == [
        ("/form/0/title", "invisible_character")
    ]
    [message] = [e["message"] for e in refused.body["errors"]]
    assert message.startswith("表单 · register_stage · 标题：")
    assert "U+202E" in message
    assert (await editor.get(f"/matters/{CODE}/draft")).body["revision"] == 1
    made = await editor.post("/matters", new_matter(name="测试\u200b证明"))
    assert (made.status, made.pointers) == (422, {"/name"})
    assert (await editor.get("/matters/ST-CS-001")).status == 404


APPROVE = step("approve", "approve", "home_street:民政科", "reviewer", 3)
ACCEPT = step("accept", "accept", "accepting", "clerk", 0)


@pytest.mark.parametrize(
    ("overrides", "code", "pointer"),
    [
        ({"promised_days": 11}, "promised_over_statutory", "/promised_days"),
        ({"promised_days": 2}, "limits_over_promise", "/process"),
        ({"process": [ACCEPT]}, "no_deciding_step", "/process"),
        ({"process": [APPROVE, ACCEPT]}, "accept_not_first", "/process/0/function"),
        (
            {"process": [ACCEPT, APPROVE | {"unit": "nowhere"}]},
            "unknown_selector",
            "/process/1/unit",
        ),
        (
            {"process": [ACCEPT, APPROVE | {"unit": "home_street:没有科"}]},
            "resolves_to_nothing",
            "/process/1/unit",
        ),
        (
            {"process": [ACCEPT, APPROVE | {"role": "agent_runner", "unit": "district:区民政局"}]},
            "linkage_skips_street",
            "/process",
        ),
        (
            {"process": [ACCEPT, APPROVE | {"condition": {"field": "age", "gt": 3}}]},
            "unknown_form_field",
            "/process/1/condition",
        ),
        (
            {
                "form": [FIELD],
                "process": [ACCEPT, APPROVE | {"condition": {"field": "age", "gt": 3}}],
            },
            "ends_undecided",
            "/process/1/condition",
        ),
        (
            {"process": [ACCEPT, APPROVE | {"condition": {"eval": "1+1"}}]},
            "condition_not_understood",
            "/process/1/condition",
        ),
        ({"form": [FIELD, FIELD]}, "duplicate_key", "/form/1/key"),
        (
            {"form": [FIELD | {"visible_if": {"field": "age", "equals": 3}}]},
            "visible_if_later",
            "/form/0/visible_if/field",
        ),
        (
            {"form": [FIELD | {"visible_if": {"field": "sex", "equals": "男"}}]},
            "visible_if_unknown",
            "/form/0/visible_if/field",
        ),
        (
            {
                "form": [
                    {"key": "sex", "title": "性别", "type": "enum", "enum": ["男", "女"]},
                    FIELD | {"visible_if": {"field": "sex", "equals": "无"}},
                ]
            },
            "visible_if_never",
            "/form/1/visible_if/equals",
        ),
        ({"form": [FIELD | {"minimum": 9, "maximum": 1}]}, "bounds_crossed", "/form/0/minimum"),
        (
            {"materials": [{"key": "m", "name": "其他相关材料", "kind": "copy"}]},
            "catch_all_material",
            "/materials/0/name",
        ),
        ({"result": {"name": "老年证", "kind": "document"}}, "licence_expected", "/result/kind"),
        ({"result": {"name": "批文", "kind": "none"}}, "document_expected", "/result/kind"),
        ({"guide": {"visits": 2}}, "visits_without_reason", "/guide/visits_reason"),
        ({"guide": {"visits": 0}}, "no_way_to_apply", "/guide/mail"),
        ({"handling": "filing"}, "filing_without_filing", "/process"),
    ],
)
async def test_checks_name_the_place_and_stop_publishing(
    district: District, overrides: dict[str, Any], code: str, pointer: str
) -> None:
    editor = await editor_of(district)
    made = await editor.post("/matters", new_matter(**deepcopy(overrides)))
    assert made.status == 201, made.body
    report = (await editor.post("/matters/ST-CS-001/draft/check", None)).body
    errors = [f for f in report["findings"] if f["severity"] == "error"]
    assert (code, pointer) in {(f["code"], f["pointer"]) for f in errors}
    assert report["publishable"] is False
    refused = await editor.post("/matters/ST-CS-001/publish", None)
    assert (refused.status, refused.code) == (422, "not_publishable")
    said = {(e["pointer"], e["message"]) for e in refused.body["errors"]}
    assert said == {(f["pointer"], f["message"]) for f in errors}
    assert (await editor.get("/matters/ST-CS-001")).body["status"] == "draft"


async def test_findings_speak_the_callers_language(district: District) -> None:
    editor = await editor_of(district)
    await editor.post("/matters", new_matter(result={"name": "老年证", "kind": "document"}))
    path = "/matters/ST-CS-001/draft/check"
    chinese = (await editor.post(path, None)).body["findings"][0]["message"]
    english = (await editor.post(path, None, **{"Accept-Language": "en"})).body["findings"][0]
    assert chinese == "结果名称以“证”结尾，结果类型应为证照"
    assert english["message"] == "A result named …证 is a licence"


async def test_a_role_that_nobody_holds_stops_publishing(district: District) -> None:
    editor = await editor_of(district)
    await editor.post("/matters", new_matter())
    runners = [ACCEPT, APPROVE | {"role": "agent_runner"}]
    etag = (await editor.get("/matters/ST-CS-001/draft")).headers["etag"]
    await save(editor, new_matter(process=runners), etag, "ST-CS-001")
    await district.session.execute(delete(GrantRow).where(GrantRow.role == Role.AGENT_RUNNER))
    found = (await editor.post("/matters/ST-CS-001/draft/check", None)).body["findings"]
    assert [(f["code"], f["step"]) for f in found if f["severity"] == "error"] == [
        ("nobody_anywhere", "approve")
    ]


async def test_only_the_district_changes_definitions(district: District) -> None:
    street = await district.person(Role.CATALOGUE_EDITOR, STREET)
    clerk = await district.person(Role.CLERK, STREET)
    for person in (street, clerk):
        for path in (f"/matters/{CODE}/draft", f"/matters/{CODE}/publish"):
            assert (await person.post(path, None)).status == 403
        assert (await person.post("/matters", new_matter())).status == 403
        assert (await person.post("/matters/import", [])).status == 403
        assert (await person.post(f"/matters/{CODE}/retire", {"reason": "x"})).status == 403


async def test_retired_matters_keep_what_they_were_and_come_back(district: District) -> None:
    editor = await editor_of(district)
    clerk = await district.person(Role.CLERK, STREET)
    retired = await editor.post(f"/matters/{CODE}/retire", {"reason": "政策调整"})
    assert (retired.status, retired.body["status"]) == (200, "retired")
    assert (await editor.post(f"/matters/{CODE}/retire", {"reason": "x"})).status == 409
    body = {"matter_code": CODE, "home_code": "110102010002", "submit": False}
    applicant = {"kind": "person", "name": "甲", "id_number": "110102194001011230"}
    refused = await clerk.post("/cases", body | {"applicant": applicant})
    assert refused.code == "unknown_matter"
    assert (await clerk.get(f"/matters/{CODE}")).body["content"]["name"] == "生育登记"
    exported = (await editor.get("/matters/export")).body
    assert CODE not in {content["code"] for content in exported}
    back = await editor.post(f"/matters/{CODE}/reactivate", {"reason": "恢复办理"})
    assert back.body["status"] == "active"
    assert (await editor.post(f"/matters/{CODE}/reactivate", {"reason": "x"})).status == 409


async def test_every_edit_stands_in_the_trail(district: District) -> None:
    editor = await editor_of(district)
    content, etag = await draft(editor)
    await save(editor, content | {"fee": 5}, etag)
    await editor.post(f"/matters/{CODE}/publish", None)
    await editor.post(f"/matters/{CODE}/retire", {"reason": "政策调整"})
    lines = await district.session.execute(
        select(AuditEntry.action, AuditEntry.username, AuditEntry.reason)
        .where(AuditEntry.subject == f"matter:{CODE}")
        .order_by(AuditEntry.id)
    )
    assert [tuple(line) for line in lines] == [
        ("catalogue.draft_started", editor.username, None),
        ("catalogue.draft_saved", editor.username, None),
        ("catalogue.published", editor.username, None),
        ("catalogue.retired", editor.username, "政策调整"),
    ]
