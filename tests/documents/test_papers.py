"""Notice, refusal, hand-over slip and result notice: each says what it must."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from tests.documents.samples import CASE, HANDOVER, NOTICE, RECEIPT, REFUSAL, RESULT, text_of
from tongban.cases.documents import wording
from tongban.cases.documents.data import CrossHandling
from tongban.cases.documents.render import (
    render_handover,
    render_notice,
    render_refusal,
    render_result,
)


def test_a_notice_lists_everything_with_reason_and_remedy() -> None:
    text = text_of(render_notice(NOTICE))
    assert "共2项" in text
    for item in NOTICE.shortcomings:
        assert item.subject in text
        assert item.reason in text
        assert item.remedy in text
    assert "办理地点：展览路派出所户籍窗口" in text
    assert "请于2026年12月8日前补正" in text


def test_a_notice_before_there_is_a_number_prints_none() -> None:
    text = text_of(render_notice(replace(NOTICE, case=replace(CASE, number=""))))
    assert "办件编号" not in text


def test_an_online_applicant_is_sent_back_online() -> None:
    text = text_of(render_notice(replace(NOTICE, online_url="https://tongban.example.cn/my")))
    assert "https://tongban.example.cn/my" in text
    assert "请携带本告知单" not in text


def test_a_refusal_gives_reasons_basis_and_both_remedies() -> None:
    text = text_of(render_refusal(REFUSAL))
    assert "现决定不予受理" in text
    assert all(reason in text for reason in REFUSAL.reasons)
    assert "六十日内向北京市西城区人民政府申请行政复议" in text
    assert "六个月内依法向北京市西城区人民法院提起行政诉讼" in text


def test_a_committee_is_no_organ_and_its_refusal_names_no_court() -> None:
    text = text_of(render_refusal(replace(REFUSAL, remedies=None)))
    assert "行政诉讼" not in text
    assert "拨打12345反映" in text


def test_a_hand_over_slip_counts_originals_and_leaves_lines_to_sign() -> None:
    text = text_of(render_handover(HANDOVER))
    assert "原件共2份" in text
    assert "2026年11月30日" in text
    assert "不退回" in text
    assert "签收人（盖章）" in text


def test_a_hand_over_slip_that_came_back_shows_result_and_day() -> None:
    done = replace(
        HANDOVER, received_by="钱七", result="准予办理", returned_on=HANDOVER.expected_on
    )
    text = text_of(render_handover(done))
    assert "签收人（盖章）：钱七" in text
    assert "准予办理" in text


def test_remedies_follow_a_denial_only() -> None:
    assert "行政复议" in text_of(render_result(RESULT))
    approved = text_of(render_result(replace(RESULT, outcome="approved")))
    assert "行政复议" not in approved
    assert "予以办理" in approved


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("same_street", "同街通办"),
        ("street_community", "街居通办"),
        ("street_street", "街街通办"),
        ("community_community", "居居通办"),
    ],
)
def test_cross_handling_is_named_in_plain_words(kind: CrossHandling, name: str) -> None:
    notes = wording.handling_notes(replace(RECEIPT, cross_handling=kind))
    assert any(name in note for note in notes)


def test_the_qr_code_never_holds_the_query_code() -> None:
    url = wording.progress_url("https://tongban.example.cn/", "1101 02&x")
    assert url == "https://tongban.example.cn/progress?number=1101+02%26x"


def test_papers_are_archival_pdf() -> None:
    pdf = render_result(RESULT)
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "办结通知书"
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
