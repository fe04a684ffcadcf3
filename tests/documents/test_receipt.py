"""The receipt as the applicant gets it: what its text says, on how many pages."""

import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.documents.samples import CASE, RECEIPT, text_of
from tongban.cases.documents.data import Material, Party
from tongban.cases.documents.render import render_receipt


def test_number_matter_due_date_and_query_code_are_in_the_text() -> None:
    text = text_of(render_receipt(RECEIPT))
    assert CASE.number in text
    assert CASE.matter in text
    assert "2026年12月1日" in text
    assert "2026-12-01" in text
    assert "7K3MPQ9W" in text


def test_identity_numbers_of_persons_are_masked() -> None:
    text = text_of(render_receipt(RECEIPT))
    assert "110102196001011234" not in text
    assert "110***********1234" in text


def test_an_organisations_code_is_public() -> None:
    applicant = Party(
        kind="organisation",
        name="北京某某有限公司",
        id_label="统一社会信用代码",
        id_number="91110102MA01ABCD2X",
    )
    receipt = replace(RECEIPT, case=replace(CASE, applicant=applicant))
    assert "91110102MA01ABCD2X" in text_of(render_receipt(receipt))


def test_typed_text_is_printed_and_never_read_as_mark_up() -> None:
    hostile = '#read("/etc/passwd") *b* $x^2$ \\ <a> @ref // [#panic()] "'
    receipt = replace(
        RECEIPT,
        case=replace(CASE, applicant=replace(CASE.applicant, name=hostile)),
        materials=(Material(name=hostile, form="copy", note="#sys.inputs"),),
    )
    text = text_of(render_receipt(receipt))
    assert text.count(hostile.replace(" ", "")) == 2
    assert "root:" not in text
    assert "#sys.inputs" in text


def test_many_materials_run_over_several_pages_and_long_names_wrap() -> None:
    materials = tuple(
        Material(name=f"第{i}项材料" + "很长的名称" * 12, form="original") for i in range(1, 61)
    )
    pdf = render_receipt(replace(RECEIPT, materials=materials))
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 3
    assert "第60项材料" in text_of(pdf)


def test_a_day_counted_through_an_unpublished_year_is_called_provisional() -> None:
    assert "暂定" not in text_of(render_receipt(RECEIPT))
    text = text_of(render_receipt(replace(RECEIPT, due_provisional=True)))
    assert "办结日期为暂定：所跨年度的放假安排尚未公布" in text


def test_the_same_data_gives_the_same_bytes() -> None:
    assert render_receipt(RECEIPT) == render_receipt(RECEIPT)


def test_an_immediate_case_says_so() -> None:
    receipt = replace(
        RECEIPT,
        case_kind="immediate",
        handling="direct",
        promised_days=0,
        due_on=date(2026, 11, 24),
        cross_handling="none",
        linkage="none",
        promises=(),
    )
    text = text_of(render_receipt(receipt))
    assert "即办件" in text
    assert "街街通办" not in text
    assert "容缺受理" not in text


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("𠮷野", id="extension_b"),
        pytest.param("阿依古丽·ئۇيغۇر", id="uyghur"),
        pytest.param("བོད", id="tibetan"),
        pytest.param("\ue000", id="private_use"),
        pytest.param("\ufffe", id="no_character"),
        pytest.param("a\x01b", id="control"),
        pytest.param("\t\n\r", id="white_space"),
        pytest.param("甲\r\n乙", id="two_lines"),
        pytest.param("字" * 400, id="very_long"),
    ],
)
def test_no_name_keeps_a_receipt_from_being_printed(name: str) -> None:
    receipt = replace(RECEIPT, case=replace(CASE, applicant=replace(CASE.applicant, name=name)))
    assert CASE.number in text_of(render_receipt(receipt))


def test_direction_marks_do_not_reach_the_paper() -> None:
    applicant = replace(CASE.applicant, name="张\u202e三\u2066丰")
    text = text_of(render_receipt(replace(RECEIPT, case=replace(CASE, applicant=applicant))))
    assert "\u202e" not in text
    assert "\u2066" not in text


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_prints(text: str) -> None:
    material = Material(name=text, form="copy", note=text)
    assert render_receipt(replace(RECEIPT, materials=(material,))).startswith(b"%PDF")
