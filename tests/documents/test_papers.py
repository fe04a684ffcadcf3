"""Notice, refusal, hand-over slip and result notice: each says what it must."""

import asyncio
import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from tests.documents.samples import (
    ACKNOWLEDGEMENT,
    CASE,
    HANDOVER,
    NOTICE,
    OFFICE,
    RECEIPT,
    REFUSAL,
    RESULT,
    TERMINATION,
    text_of,
)
from tongban.cases.documents import wording
from tongban.cases.documents.data import CrossHandling, MissedPromise, Office
from tongban.cases.documents.render import (
    render_acknowledgement,
    render_handover,
    render_notice,
    render_refusal,
    render_result,
    render_termination,
    typeset,
)


def test_a_notice_lists_everything_with_reason_and_remedy() -> None:
    text = text_of(render_notice(NOTICE))
    assert "共2项" in text
    for item in NOTICE.shortcomings:
        assert item.subject in text
        assert item.reason in text
        assert item.remedy in text
    assert "办理地点：展览路派出所户籍窗口" in text
    assert "请最迟在2026年12月8日补正" in text


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


def test_a_termination_gives_reasons_basis_remedies_and_what_then() -> None:
    text = text_of(render_termination(TERMINATION))
    assert "终止办理通知书" in text
    assert "已于2026年11月24日受理" in text
    assert "现决定终止办理，不再作出准予或者不予办理的决定" in text
    assert TERMINATION.reasons[0] in text
    assert "《北京市城乡居民养老保险办法》第五条" in text
    assert "重新提出申请" in text
    assert "六十日内向北京市西城区人民政府申请行政复议" in text
    assert "2026年12月1日" in text


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


def test_an_approval_without_words_leaves_no_empty_line() -> None:
    approved = replace(RESULT, outcome="approved", opinion="")
    assert "办理意见" not in text_of(render_result(approved))
    assert "不予办理的理由" in text_of(render_result(replace(RESULT, opinion="")))


def test_an_acknowledgement_promises_an_answer_and_no_acceptance() -> None:
    text = text_of(render_acknowledgement(ACKNOWLEDGEMENT))
    assert CASE.number in text
    assert "7K3MPQ9W" in text
    assert "办理状态已收件，收件时尚未受理" in text
    assert "受理决定最迟2026年12月1日作出" in text
    assert "申请尚未受理；本回执不代表申请已被受理" in text
    assert "展览路街道政务服务大厅自收到材料之日起5个工作日内（最迟2026年12月1日）" in text
    assert "办结日期" not in text
    open_ended = text_of(render_acknowledgement(replace(ACKNOWLEDGEMENT, decide_by=None)))
    assert "5个工作日内决定是否受理" in open_ended
    assert "受理决定收到材料后5个工作日内作出" in open_ended


def test_a_promise_says_what_follows_when_it_is_missed() -> None:
    consequences: dict[MissedPromise, str] = {
        "notify": "由承办单位催交",
        "terminate": "终止办理，退还已收材料",
        "deny": "不予办理，退还已收材料",
    }
    for if_missed, words in consequences.items():
        promise = replace(RECEIPT.promises[0], if_missed=if_missed)
        text = text_of(render_acknowledgement(replace(ACKNOWLEDGEMENT, promises=(promise,))))
        assert words in text


def test_an_office_prints_what_is_known_of_it() -> None:
    text = text_of(render_acknowledgement(ACKNOWLEDGEMENT))
    assert all(part.replace(" ", "") in text for part in (OFFICE.address, OFFICE.hours))
    assert "咨询010-00000000投诉12345" in text
    unknown = replace(CASE, office=Office(name=OFFICE.name))
    text = text_of(render_acknowledgement(replace(ACKNOWLEDGEMENT, case=unknown)))
    assert "咨询投诉12345" in text
    assert "地址" not in text


async def test_the_event_loop_goes_on_while_papers_are_set() -> None:
    papers = [typeset(lambda: render_acknowledgement(ACKNOWLEDGEMENT)) for _ in range(5)]
    setting = asyncio.gather(*papers)
    turns = 0
    while not setting.done():
        await asyncio.sleep(0)
        turns += 1
    assert len(set(await setting)) == 1
    assert turns > 20


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
