"""Checks that need no organisations."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from tests.matters.test_forms import BASE
from tests.support.applications import catalogue
from tongban.matters.checks import check_content, is_catch_all
from tongban.matters.importing import read_matters
from tongban.matters.schemas import SUSPENSION_REASONS, Content, SuspensionReason

CODES = sorted(catalogue())


@pytest.mark.parametrize(
    "name",
    [
        "其他材料",
        "其它资料",
        "其他相关材料",
        "其他有关证明材料",
        "相关材料",
        "有关证明文件等",
        "法律、法规规定的其他材料",
        "审核机关认为需要提供的其他证明",
        "其他需要提供的材料（如有）",
    ],
)
def test_catch_all_materials(name: str) -> None:
    assert is_catch_all(name)


@pytest.mark.parametrize(
    "name",
    [
        "居民身份证",
        "其他监护人的身份证",
        "残疾评定的相关材料",
        "收入证明材料",
        "除户口簿外的其他共同居住人身份证复印件",
    ],
)
def test_named_materials(name: str) -> None:
    assert not is_catch_all(name)


def test_the_reasons_that_pause_are_a_closed_list_in_both_languages() -> None:
    assert set(get_args(SuspensionReason)) == SUSPENSION_REASONS.keys()
    assert {"hearing", "inspection", "testing", "quarantine", "appraisal", "expert_review"} <= (
        SUSPENSION_REASONS.keys()
    )
    assert all(reason.zh and reason.en for reason in SUSPENSION_REASONS.values())


@pytest.mark.parametrize("code", CODES)
def test_the_packaged_catalogue_passes(code: str) -> None:
    [content] = read_matters([catalogue()[code]])
    found = check_content(content, inherited_guide=True)
    assert {finding.code for finding in found} <= {"visits_without_reason", "personal_as_text"}
    assert all(finding.severity == "warning" for finding in found)


def codes_of(**overrides: Any) -> dict[str, str]:
    content = Content.model_validate(BASE | overrides)
    return {f.pointer: f.code for f in check_content(content, inherited_guide=True)}


def test_columns_are_checked_like_fields() -> None:
    item = {"key": "name", "title": "姓名", "type": "string"}
    hidden = {**item, "key": "age", "visible_if": {"field": "sex", "equals": "男"}}
    table = {"key": "children", "title": "子女", "type": "array", "items": [item, item, hidden]}
    found = codes_of(form=[table])
    assert found["/form/0/items/1/key"] == "duplicate_key"
    assert found["/form/0/items/2/visible_if/field"] == "visible_if_unknown"


def test_personal_data_is_wanted_in_types_that_are_encrypted() -> None:
    plain = {"key": "id", "title": "配偶身份证号码", "type": "string"}
    assert codes_of(form=[plain])["/form/0/type"] == "personal_as_text"
    assert "/form/0/type" not in codes_of(form=[plain | {"type": "id_number"}])


def test_a_reason_for_visits_is_owed_by_whoever_edits_the_guide() -> None:
    content = Content.model_validate(BASE)
    for inherited, severity in ((True, "warning"), (False, "error")):
        found = check_content(content, inherited_guide=inherited)
        visits = [f for f in found if f.code == "visits_without_reason"]
        assert [f.severity for f in visits] == [severity]


def test_carried_to_the_district_needs_somebody_who_carries() -> None:
    far = {"level": "district", "unit": "区民政局"}
    found = codes_of(handling="carried", approving_unit=far)
    assert found["/process"] == "carried_without_runner"


def test_papers_follow_later_only_where_somebody_said_so_and_identity_never() -> None:
    paper = {
        "key": "a",
        "name": "结婚证",
        "kind": "original",
        "document_kind": "marriage_certificate",
    }
    card = {
        "key": "b",
        "name": "居民身份证",
        "kind": "original",
        "document_kind": "resident_id_card",
    }
    materials = Content.model_validate(BASE | {"materials": [paper, card]}).materials
    assert not any(material.deferrable for material in materials)
    found = codes_of(materials=[paper | {"deferrable": True}, card | {"deferrable": True}])
    assert found["/materials/1/deferrable"] == "identity_deferred"
    assert "/materials/0/deferrable" not in found


def test_an_import_says_of_each_paper_whether_it_may_follow() -> None:
    materials = [
        material
        for content in read_matters(list(catalogue().values()))
        for material in content.materials
    ]
    assert {m.document_kind for m in materials if not m.deferrable} == {"resident_id_card"}
    optional = [m for m in materials if m.document_kind == "resident_id_card" and not m.required]
    assert optional


def test_special_procedures_are_some_of_the_closed_list_in_its_order() -> None:
    assert Content.model_validate(BASE).suspension_reasons == list(SUSPENSION_REASONS)
    twice = ["testing", "hearing", "testing"]
    content = Content.model_validate(BASE | {"suspension_reasons": twice})
    assert content.suspension_reasons == ["hearing", "testing"]
    with pytest.raises(ValidationError):
        Content.model_validate(BASE | {"suspension_reasons": ["lunch"]})


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("integer", 5, True),
        ("integer", 5.0, True),
        ("integer", 5.5, False),
        ("number", 5.5, True),
        ("integer", True, False),
        ("boolean", 1, False),
    ],
)
def test_a_condition_that_never_holds_is_found(kind: str, value: Any, fits: bool) -> None:
    switch = {"key": "count", "title": "数", "type": kind}
    shown: dict[str, Any] = {"key": "why", "title": "说明", "type": "string"}
    shown["visible_if"] = {"field": "count", "equals": value}
    assert ("/form/1/visible_if/equals" not in codes_of(form=[switch, shown])) is fits
