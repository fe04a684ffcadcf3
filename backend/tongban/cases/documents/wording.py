"""Sentences and labels of the papers, in the words of a counter."""

from datetime import date
from urllib.parse import urlencode

from tongban.cases.documents.data import (
    Acknowledgement,
    CaseKind,
    CrossHandling,
    Handling,
    Linkage,
    MaterialForm,
    MissedPromise,
    Notice,
    Outcome,
    Party,
    Receipt,
    Refusal,
    Remedies,
    Termination,
)
from tongban.core.privacy import is_masked, mask_number

FORMS: dict[MaterialForm, str] = {
    "original": "原件",
    "copy": "复印件",
    "original_and_copy": "原件及复印件",
    "electronic": "电子件",
}
WITH_ORIGINAL: frozenset[MaterialForm] = frozenset({"original", "original_and_copy"})
SHORTCOMINGS = {"missing": "缺少", "wrong": "有误"}
CASE_KINDS: dict[CaseKind, str] = {"immediate": "即办件", "promised": "承诺件"}
HANDLINGS: dict[Handling, str] = {"direct": "即办", "carried": "代办", "filing": "备案"}
OUTCOMES: dict[Outcome, str] = {
    "approved": "予以办理",
    "denied": "不予办理",
    "filed": "已备案",
    "forwarded": "已转报",
}
MISSED_PROMISES: dict[MissedPromise, str] = {
    "notify": "记录在案，由承办单位催交，补齐前不能准予",
    "terminate": "终止办理，退还已收材料",
    "deny": "不予办理，退还已收材料",
}
_CROSS_HANDLINGS: dict[CrossHandling, str] = {
    "none": "",
    "same_street": "同街通办",
    "street_community": "街居通办",
    "street_street": "街街通办",
    "community_community": "居居通办",
}
_LINKAGES: dict[Linkage, str] = {
    "none": "",
    "street_community": "街居二级联动，由街道和社区共同办理",
    "district_street": "区街二级联动，由区和街道共同办理",
    "three_level": "区街居三级联动，由区、街道和社区共同办理",
}


def masked_id(party: Party) -> str:
    """A person's number with its middle hidden; an organisation's code is public."""
    if party.kind == "organisation" or not party.id_number or is_masked(party.id_number):
        return party.id_number
    return mask_number(party.id_number)


def masked_mobile(party: Party) -> str:
    if not party.mobile or is_masked(party.mobile):
        return party.mobile
    return mask_number(party.mobile)


def progress_url(public_url: str, number: str) -> str:
    """What the QR code holds: the number, never the query code (decision 0061)."""
    return f"{public_url.rstrip('/')}/progress?{urlencode({'number': number})}"


def evaluation_url(public_url: str, number: str) -> str:
    """Where the applicant rates how the case was handled; the number alone shows nothing of it."""
    return f"{public_url.rstrip('/')}/evaluate?{urlencode({'number': number})}"


def decides_by(paper: Acknowledgement) -> str:
    """Until when acceptance is decided; without a day while a correction is awaited."""
    if paper.decide_by:
        return f"最迟{zh_date(paper.decide_by)}作出"
    return f"收到材料后{paper.decide_days}个工作日内作出"


def acceptance_notes(paper: Acknowledgement) -> list[str]:
    """What the receipt of papers means, and what follows (行政许可法 32)."""
    by = f"（最迟{zh_date(paper.decide_by)}）" if paper.decide_by else ""
    return [
        "本回执仅证明收到上列材料，收件时申请尚未受理；本回执不代表申请已被受理。",
        f"{paper.accepting}自收到材料之日起{paper.decide_days}个工作日内{by}决定是否受理；"
        "材料需要补正的，一次告知全部内容。逾期未告知的，自收到材料之日起即为受理。",
        *handling_notes(paper),
    ]


def zh_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def handling_notes(receipt: Receipt | Acknowledgement) -> list[str]:
    """How the case travels, said to the applicant; empty when one office does it all."""
    notes = []
    if isinstance(receipt, Receipt) and receipt.deemed_accepted:
        notes.append("受理机关未在规定期限内作出受理决定，依法自收到材料之日起视为受理。")
    if isinstance(receipt, Receipt) and receipt.due_provisional:
        notes.append("办结日期为暂定：所跨年度的放假安排尚未公布，公布后按工作日重新计算。")
    kind = _CROSS_HANDLINGS[receipt.cross_handling]
    if kind:
        notes.append(
            f"本件为“{kind}”：申请材料由{receipt.case.office.name}接收，"
            f"转{receipt.responsible}办理，您无需另行前往。"
        )
    if receipt.linkage != "none":
        notes.append(f"本件为{_LINKAGES[receipt.linkage]}，材料由窗口统一流转。")
    if receipt.handling == "carried":
        notes.append(f"本件由代办员代您送{receipt.deciding}办理，您无需自行前往。")
    return notes


def refusal_opening(paper: Refusal) -> str:
    return (
        f"您于{zh_date(paper.applied_on)}提出的“{paper.case.matter}”申请，经审查，现决定不予受理。"
    )


def termination_opening(paper: Termination) -> str:
    return (
        f"您申请办理的“{paper.case.matter}”已于{zh_date(paper.accepted_on)}受理。因出现下述情形，"
        "该件不能继续办理，现决定终止办理，不再作出准予或者不予办理的决定。"
    )


AFTER_TERMINATION = "收取了原件的，请凭受理回执领回。终止办理不影响您在符合条件后重新提出申请。"


def correction_ways(notice: Notice) -> list[str]:
    """How the applicant hands in what is missing, and what the office promises in turn."""
    ways = []
    if notice.online_url:
        ways.append(f"请登录{notice.online_url}，在原申请中按上表逐项修改、补交后重新提交。")
    else:
        ways.append(f"请携带本告知单和补正材料到{notice.case.office.name}办理。")
    if notice.respond_by:
        ways.append(f"请最迟在{zh_date(notice.respond_by)}补正。")
    ways.append("以上为本次申请需要补正的全部内容，按此补正后，我们将依法受理。")
    return ways


def remedies(given: Remedies | None, office: str, complaints: str) -> str:
    """How to contest a decision (行政复议法 20, 行政诉讼法 46), or whom to tell otherwise."""
    if given is None:
        return f"如对本通知有异议，可向{office}提出，或者拨打{complaints}反映。"
    return (
        "如不服本决定，可以自收到本通知书之日起六十日内"
        f"向{given.reconsideration_body}申请行政复议，"
        f"也可以自收到本通知书之日起六个月内依法向{given.court}提起行政诉讼。"
    )
