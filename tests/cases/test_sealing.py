"""Masked parts, sealed parts, and that a mask never overwrites a value."""

from copy import deepcopy
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.cases.sealing import open_secrets, personal_row, restore, split, unmask
from tongban.core.privacy import Tampered, blind_index, is_masked

FIELDS = (
    (("form", "members", "*", "id_number"), "id_number"),
    (("form", "residence_address"), "address"),
)
ID, OTHER_ID = "110102194001011230", "110102195203043219"
CASE, OTHER_CASE = UUID(int=1), UUID(int=2)


def document(**form: object) -> dict[str, object]:
    return {
        "applicant": {
            "kind": "person",
            "name": "王秀兰",
            "id_number": ID,
            "mobile": "13910234567",
            "address": "北京市西城区德胜门外大街甲10号",
        },
        "agent": None,
        "form": {"note": "无", **form},
    }


def test_real_values_are_nowhere_in_the_masked_part() -> None:
    members = [{"name": "王强", "id_number": OTHER_ID}]
    sealed = split(document(members=members, residence_address="西单北大街120号院3号楼"), FIELDS)
    shown = str(sealed.document)
    for secret in (ID, OTHER_ID, "13910234567", "德胜门外大街甲10号", "3号楼"):
        assert secret not in shown
    assert sealed.document["form"]["members"][0]["name"] == "王强"
    assert set(sealed.secrets) == {
        "/applicant/id_number",
        "/applicant/mobile",
        "/applicant/address",
        "/form/members/0/id_number",
        "/form/residence_address",
    }


def test_restoring_gives_the_original() -> None:
    original = document(members=[{"name": "王强", "id_number": OTHER_ID}])
    sealed = split(deepcopy(original), FIELDS)
    assert restore(sealed.document, sealed.secrets) == original


def test_a_mask_that_comes_back_keeps_the_stored_value() -> None:
    sealed = split(document(), FIELDS)
    edited = deepcopy(sealed.document)
    edited["applicant"]["mobile"] = "13800000000"
    real, errors = unmask(edited, FIELDS, sealed.secrets)
    assert errors == []
    assert real["applicant"]["id_number"] == ID
    assert real["applicant"]["mobile"] == "13800000000"


def test_rows_that_moved_find_their_values() -> None:
    members = [
        {"name": "王强", "id_number": OTHER_ID},
        {"name": "王芳", "id_number": "110102198807070043"},
    ]
    sealed = split(document(members=members), FIELDS)
    edited = deepcopy(sealed.document)
    edited["form"]["members"].reverse()
    real, errors = unmask(edited, FIELDS, sealed.secrets)
    assert errors == []
    assert [m["id_number"] for m in real["form"]["members"]] == ["110102198807070043", OTHER_ID]


def test_a_mask_that_stands_for_nothing_is_an_error_with_its_place() -> None:
    edited = document(residence_address="西城区牛街1****")
    _, errors = unmask(edited, FIELDS, {})
    assert [error.pointer for error in errors] == ["/form/residence_address"]


@given(st.dictionaries(st.sampled_from(["mobile", "address"]), st.text(max_size=40), max_size=2))
def test_splitting_and_restoring_are_inverse(changed: dict[str, str]) -> None:
    original = document()
    original["applicant"].update(changed)  # type: ignore[attr-defined]
    sealed = split(deepcopy(original), FIELDS)
    assert restore(sealed.document, sealed.secrets) == original


def test_the_sealed_row_opens_only_for_its_own_case() -> None:
    secrets = split(document(), FIELDS).secrets
    row = personal_row(CASE, secrets)
    assert ID.encode() not in row["sealed"]
    assert open_secrets(CASE, row["sealed"]) == secrets
    with pytest.raises(Tampered):
        open_secrets(OTHER_CASE, row["sealed"])
    changed = bytearray(row["sealed"])
    changed[-1] ^= 1
    with pytest.raises(Tampered):
        open_secrets(CASE, bytes(changed))


def test_equal_numbers_share_a_blind_index_however_they_are_typed() -> None:
    row = personal_row(CASE, {"/applicant/id_number": "11010219491231002x"})
    assert row["id_index"] == blind_index("id_number", "110102 19491231 002X")
    assert row["id_index"] != blind_index("mobile", "11010219491231002X")
    assert row["agent_index"] is None


def test_masks_are_recognised() -> None:
    shown = split(document(), FIELDS).document["applicant"]
    assert all(is_masked(shown[name]) for name in ("id_number", "mobile", "address"))
