"""The papers as PDF, typeset by typst.

One compiler lives as long as the process: fonts stay parsed, and so does the layout of what
papers have in common. Data reaches the templates as JSON inside a string literal, in which only
two characters mean anything and both are escaped, so nothing that a person typed can become
mark-up; `sys.inputs` would be as safe but throws the kept layout away. The templates' folder is
all that the compiler may read.

A paper takes about ten milliseconds of one core: servers render with `typeset`, in a thread.
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import orjson
import pylopdf_fonts_zh_cn
import segno
import typst

from tongban.cases.documents import wording
from tongban.cases.documents.data import (
    Acknowledgement,
    CaseHead,
    Handover,
    Material,
    Notice,
    Party,
    Promise,
    Receipt,
    Refusal,
    Result,
    Termination,
)

_TEMPLATES = Path(__file__).parent / "templates"
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# One thread: papers share the compiler, and hashing passwords must not wait for them.
_typesetter = ThreadPoolExecutor(1, thread_name_prefix="typesetter")


async def typeset(paper: Callable[[], bytes]) -> bytes:
    """What `paper` renders, set in the thread of the papers while the event loop goes on."""
    return await asyncio.get_running_loop().run_in_executor(_typesetter, paper)


def render_receipt(receipt: Receipt) -> bytes:
    """受理回执单, A4: what was accepted, by when it is due, how to follow it."""
    url = wording.progress_url(receipt.public_url, receipt.case.number)
    immediate = receipt.case_kind == "immediate"
    return _render(
        "receipt",
        receipt.case,
        receipt.accepted_on,
        due_on=receipt.due_on,
        accepted_on=receipt.accepted_on,
        kind=f"{wording.CASE_KINDS[receipt.case_kind]}（{wording.HANDLINGS[receipt.handling]}）",
        limit="即办" if immediate else f"{receipt.promised_days}个工作日",
        clerk=receipt.clerk,
        deciding=receipt.deciding,
        issuing=receipt.issuing,
        materials=_materials(receipt.materials),
        promises=_promises(receipt.promises),
        notes=wording.handling_notes(receipt),
        query_code=receipt.query_code,
        url=url,
        qr=_qr(url),
        footer=f"{receipt.case.number}　办结期限 {receipt.due_on.isoformat()}",
    )


def render_acknowledgement(paper: Acknowledgement) -> bytes:
    """收件回执, A4: what was taken in, who decides on acceptance and by when."""
    url = wording.progress_url(paper.public_url, paper.case.number)
    return _render(
        "acknowledgement",
        paper.case,
        paper.received_on,
        received_on=paper.received_on,
        accepting=paper.accepting,
        decides=wording.decides_by(paper),
        clerk=paper.clerk,
        materials=_materials(paper.materials),
        promises=_promises(paper.promises),
        notes=wording.acceptance_notes(paper),
        query_code=paper.query_code,
        url=url,
        qr=_qr(url),
    )


def _materials(materials: tuple[Material, ...]) -> list[dict[str, Any]]:
    return [{**asdict(item), "form": wording.FORMS[item.form]} for item in materials]


def _promises(promises: tuple[Promise, ...]) -> list[dict[str, Any]]:
    return [
        {**asdict(item), "consequence": wording.MISSED_PROMISES[item.if_missed]}
        for item in promises
    ]


def render_notice(notice: Notice) -> bytes:
    """一次性告知单, A4: everything that is missing or wrong, why, and how to put it right."""
    return _render(
        "notice",
        notice.case,
        notice.told_on,
        received_on=notice.received_on,
        told_on=notice.told_on,
        clerk=notice.clerk,
        shortcomings=[
            {**asdict(item), "kind": wording.SHORTCOMINGS[item.kind]}
            for item in notice.shortcomings
        ],
        ways=wording.correction_ways(notice),
        legal_basis=notice.legal_basis,
    )


def render_refusal(refusal: Refusal) -> bytes:
    """不予受理通知书, A4: the decision, its reasons and basis, and how to contest it."""
    office = refusal.case.office
    return _render(
        "refusal",
        refusal.case,
        refusal.decided_on,
        opening=wording.refusal_opening(refusal),
        decided_on=refusal.decided_on,
        reasons_title="不予受理的理由",
        reasons=refusal.reasons,
        legal_basis=refusal.legal_basis,
        then=[f"该事项由{refusal.apply_to}办理，请您向其提出申请。"] if refusal.apply_to else [],
        remedies=wording.remedies(refusal.remedies, office.name, office.complaints),
    )


def render_termination(paper: Termination) -> bytes:
    """终止办理通知书, A4: that the case ends without a decision, why, and what then."""
    office = paper.case.office
    return _render(
        "termination",
        paper.case,
        paper.decided_on,
        opening=wording.termination_opening(paper),
        decided_on=paper.decided_on,
        reasons_title="终止办理的理由",
        reasons=paper.reasons,
        legal_basis=paper.legal_basis,
        then=[wording.AFTER_TERMINATION],
        remedies=wording.remedies(paper.remedies, office.name, office.complaints),
    )


def render_handover(handover: Handover) -> bytes:
    """代办交接单, A4: what a bureau was handed, who signed, what came back and when."""
    originals = [item for item in handover.materials if item.form in wording.WITH_ORIGINAL]
    return _render(
        "handover",
        handover.case,
        handover.handed_on,
        runner=handover.runner,
        bureau=handover.bureau,
        handed_on=handover.handed_on,
        expected_on=handover.expected_on,
        materials=[
            {
                **asdict(item),
                "form": wording.FORMS[item.form],
                "leaves_original": item.form in wording.WITH_ORIGINAL,
            }
            for item in handover.materials
        ],
        originals=sum(item.copies for item in originals),
        received_by=handover.received_by,
        result=handover.result,
        returned_on=handover.returned_on,
    )


def render_result(result: Result) -> bytes:
    """办结通知书, A4: what was decided, and how to collect it."""
    office = result.case.office
    denied = result.outcome == "denied"
    return _render(
        "result",
        result.case,
        result.concluded_on,
        accepted_on=result.accepted_on,
        concluded_on=result.concluded_on,
        deciding=result.deciding,
        outcome=wording.OUTCOMES[result.outcome],
        denied=denied,
        opinion=result.opinion,
        legal_basis=result.legal_basis,
        papers=result.papers,
        issuing=result.issuing,
        collection=result.collection,
        remedies=wording.remedies(result.remedies, office.name, office.complaints)
        if denied
        else "",
        url=result.evaluation_url,
        qr=_qr(result.evaluation_url),
    )


def _render(template: str, case: CaseHead, dated: date, **values: Any) -> bytes:
    head = {**asdict(case), "applicant": _party(case.applicant)}
    head["agent"] = _party(case.agent) if case.agent else None
    values.setdefault("footer", case.number)
    data = orjson.dumps(_clean({"head": head, **values}))
    literal = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    main = b'#import "%s.typ": document\n#document(json(bytes("%s")))' % (
        template.encode(),
        literal,
    )
    try:
        return _compile(main, dated, archival=True)
    except typst.TypstError:
        # PDF/A forbids a character that no font has, such as a name's from CJK extension B
        # where no such font is installed: better a paper with a box to fill by hand.
        return _compile(main, dated, archival=False)


def _compile(main: bytes, dated: date, *, archival: bool) -> bytes:
    moment = datetime.combine(dated, time(), UTC)
    pdf = _compiler().compile(
        main, format="pdf", pdf_standards="a-2a" if archival else [], timestamp=moment
    )
    return cast(bytes, pdf)


def _clean(value: Any) -> Any:
    """Texts without control and direction marks, which no paper may carry; new lines stay."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub(" ", value.replace("\r\n", "\n"))
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=True,  # only for characters that the two shipped fonts lack
        include_embedded_fonts=False,
        font_paths=[pylopdf_fonts_zh_cn.sans_path().parent],
    )
    return typst.Compiler(root=_TEMPLATES, font_paths=fonts)


def _party(party: Party) -> dict[str, str]:
    return {
        "name": party.name,
        "id_label": party.id_label,
        "id_number": wording.masked_id(party),
        "mobile": wording.masked_mobile(party),
    }


def _qr(url: str) -> str:
    # A fixed mask is valid and spares segno the scoring of all eight, most of its time.
    return segno.make(url, error="m", mask=0).svg_inline(border=0)
