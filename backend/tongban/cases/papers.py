"""The papers of a case: what the counter prints. Rendering is in `documents`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from tongban.cases import filling, reading
from tongban.cases.documents import data, render, wording
from tongban.cases.filling import PaperFile
from tongban.cases.models import Archive, Case, Event, Handover
from tongban.cases.problems import NoPaper
from tongban.cases.rules import Status
from tongban.core.settings import Settings
from tongban.files.service import file_response
from tongban.identity.actor import Actor
from tongban.identity.models import Staff

Rendering = Callable[[], bytes]
"""A paper filled in: nothing is left to do but to typeset it, which needs no database."""


async def receipt(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> bytes:
    """受理回执单 of an accepted case, 收件回执 of one whose papers were only taken in.

    Raises `NoPaper` of a draft."""
    file = await _load(session, settings, actor, number)
    if file.case.accepted_at is not None:
        return await render.typeset(_receipt(file))
    if file.case.received_at is None or file.case.number is None:
        raise NoPaper
    return await render.typeset(_acknowledgement(file))


def _receipt(file: PaperFile) -> Rendering:
    case = file.case
    if case.accepted_at is None or case.due_on is None:
        raise NoPaper
    return partial(
        render.render_receipt,
        data.Receipt(
            case=file.head(),
            case_kind=case.case_kind,
            handling=case.handling,
            promised_days=case.limit_days,
            due_on=case.due_on,
            due_provisional=case.due_provisional,
            accepted_on=file.day(case.accepted_at),
            deemed_accepted=case.deemed_accepted,
            clerk=file.clerk,
            responsible=file.name(case.responsible_id),
            deciding=file.name(case.deciding_id),
            issuing=file.name(case.issuing_id),
            materials=file.received(),
            promises=file.promised(),
            cross_handling=case.cross_handling,
            linkage=case.linkage,
            query_code=case.query_code or "",
            public_url=file.settings.public_url,
        ),
    )


def _acknowledgement(file: PaperFile) -> Rendering:
    case = file.case
    accept = next(step for step in case.path if step["function"] == "accept")
    return partial(
        render.render_acknowledgement,
        data.Acknowledgement(
            case=file.head(),
            handling=case.handling,
            received_on=file.day(case.received_at or case.registered_at),
            clerk=file.clerk,
            accepting=file.name(accept["organisation_id"]),
            decide_days=file.settings.acceptance_days,
            decide_by=case.acceptance_due_on,
            responsible=file.name(case.responsible_id),
            deciding=file.name(case.deciding_id),
            materials=file.received(),
            promises=file.promised(),
            cross_handling=case.cross_handling,
            linkage=case.linkage,
            query_code=case.query_code or "",
            public_url=file.settings.public_url,
        ),
    )


async def notice(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> bytes:
    """一次性告知单; 不予受理通知书 of a refused case, 终止办理通知书 of a terminated one.

    Raises `NoPaper` where none is due."""
    file = await _load(session, settings, actor, number)
    case = file.case
    if case.status in (Status.NOT_ACCEPTED, Status.TERMINATED, Status.ARCHIVED):
        ended = await _last_event(session, case, Event.event.in_(_ENDINGS))
        return await render.typeset(_ENDINGS[ended.event](file, ended))
    if not case.findings:
        raise NoPaper
    told = await _last_event(session, case, Event.event == "correction_requested")
    return await render.typeset(_notice(file, told, case.findings))


def _notice(file: PaperFile, told: Event, findings: list[dict[str, str]]) -> Rendering:
    case = file.case
    return partial(
        render.render_notice,
        data.Notice(
            case=file.head(),
            received_on=file.day(case.received_at or case.registered_at),
            told_on=file.day(told.at),
            clerk=told.actor_name,
            shortcomings=tuple(file.shortcoming(finding) for finding in findings),
            legal_basis=tuple(file.matter.content.legal_basis),
        ),
    )


def _refusal(file: PaperFile, refused: Event) -> Rendering:
    return partial(
        render.render_refusal,
        data.Refusal(
            case=file.head(),
            applied_on=file.day(file.case.registered_at),
            decided_on=file.day(refused.at),
            reasons=(refused.comment,),
            legal_basis=tuple(file.matter.content.legal_basis),
            remedies=file.remedies(),
        ),
    )


def _termination(file: PaperFile, terminated: Event) -> Rendering:
    case = file.case
    return partial(
        render.render_termination,
        data.Termination(
            case=file.head(),
            accepted_on=file.day(case.accepted_at or case.registered_at),
            decided_on=file.day(terminated.at),
            reasons=(terminated.comment,),
            legal_basis=tuple(file.matter.content.legal_basis),
            remedies=file.remedies(),
        ),
    )


_ENDINGS = {"refused": _refusal, "terminated": _termination}
"""How a case ended without being decided, where the applicant is owed a paper."""


async def conclusion(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> bytes:
    """办结通知书: what was decided, and how to get it. Raises `NoPaper` until it is."""
    file = await _load(session, settings, actor, number)
    if file.case.concluded_at is None:
        raise NoPaper
    decided = await _last_event(
        session, file.case, Event.to_status == Status.CONCLUDED, Event.event.in_(_CONCLUDING)
    )
    return await render.typeset(_conclusion(file, decided))


_CONCLUDING = frozenset({"approved", "denied", "filed", "result_recorded"})
"""Events that say what was decided; with several approvals side by side the last one concludes."""


def _conclusion(file: PaperFile, decided: Event) -> Rendering:
    case = file.case
    outcome: data.Outcome = decided.details.get("decision", decided.event)
    accepted_at = case.accepted_at or case.registered_at
    return partial(
        render.render_result,
        data.Result(
            case=file.head(file.office(case.issuing_id)),
            outcome=outcome,
            accepted_on=file.day(accepted_at),
            concluded_on=file.day(decided.at),
            deciding=file.name(case.deciding_id),
            opinion=decided.comment,
            legal_basis=tuple(file.matter.content.legal_basis),
            papers=file.results(outcome, decided.details.get("document_number")),
            issuing=file.name(case.issuing_id),
            collection=file.collection(outcome),
            evaluation_url=wording.evaluation_url(file.settings.public_url, case.number or ""),
            remedies=file.remedies(),
        ),
    )


async def handover(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> bytes:
    """代办交接单 of the last hand-over. Raises `NoPaper` where nothing was carried."""
    file = await _load(session, settings, actor, number)
    carried = await _handovers(session, file.case)
    if not carried:
        raise NoPaper
    return await render.typeset(_handover(file, *carried[-1]))


async def _handovers(session: AsyncSession, case: Case) -> list[tuple[Handover, str]]:
    """Every hand-over with its runner's name, the last one at the end."""
    found = await session.execute(
        select(Handover, Staff.name)
        .join(Staff, Staff.id == Handover.runner_id)
        .where(Handover.case_id == case.id)
        .order_by(Handover.handed_over_on, Handover.id)
    )
    return [(row.Handover, row.name) for row in found]


def _handover(file: PaperFile, papers: Handover, runner: str) -> Rendering:
    return partial(
        render.render_handover,
        data.Handover(
            case=file.head(file.office(papers.unit_id)),
            runner=runner,
            bureau=file.name(papers.bureau_id),
            handed_on=papers.handed_over_on,
            expected_on=papers.due_on or papers.handed_over_on,
            materials=file.carried(papers),
            received_by=papers.received_by,
            result=_answer(papers),
            returned_on=papers.returned_on,
        ),
    )


def _answer(papers: Handover) -> str:
    """What the bureau said; empty while it may still say something."""
    if papers.decision is None:
        return "未作出结果，材料已取回" if papers.returned_on else ""
    return _DECISIONS[papers.decision]


_DECISIONS = {
    "approved": "准予办理",
    "denied": "不予批准",
    "returned": "退回补充",
    "forwarded": "已转报上级",
}


async def archive_package(session: AsyncSession, actor: Actor, number: str) -> Response:
    """The package of an archived case. Raises `NoPaper` until the worker has built it."""
    case = await reading.find(session, actor, number)
    archive = await session.get(Archive, case.id)
    if archive is None or archive.file_id is None:
        raise NoPaper
    return await file_response(session, archive.file_id)


@dataclass(frozen=True, slots=True)
class Paper:
    title: str
    content: bytes
    """PDF."""


async def printed(
    session: AsyncSession, settings: Settings, case: Case, history: list[Event]
) -> list[Paper]:
    """Every paper that a case had, for its archive: printed anew from what it says."""
    file = await filling.load(session, settings, case)
    papers: list[tuple[str, Rendering]] = []
    if any(event.event == "received" for event in history):
        papers.append(("收件回执", _acknowledgement(file)))
    if case.accepted_at is not None and case.due_on is not None:
        papers.append(("受理回执单", _receipt(file)))
    for event in history:
        findings = event.details.get("findings")
        if event.event == "correction_requested" and findings:
            papers.append(("一次性告知单", _notice(file, event, findings)))
        elif event.event == "refused":
            papers.append(("不予受理通知书", _refusal(file, event)))
        elif event.event == "terminated":
            papers.append(("终止办理通知书", _termination(file, event)))
    for carried, runner in await _handovers(session, case):
        papers.append(("代办交接单", _handover(file, carried, runner)))
    papers += [
        ("办结通知书", _conclusion(file, event))
        for event in history
        if event.to_status == Status.CONCLUDED and event.event in _CONCLUDING
    ]
    return [Paper(title, await render.typeset(rendering)) for title, rendering in papers]


async def _load(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> PaperFile:
    case = await reading.find(session, actor, number)
    if not case.applicant["name"]:
        raise NoPaper  # disposed of: it no longer says whom it was about
    return await filling.load(session, settings, case)


async def _last_event(session: AsyncSession, case: Case, *conditions: ColumnElement[bool]) -> Event:
    found = await session.scalar(
        select(Event)
        .where(Event.month == case.month, Event.case_id == case.id, *conditions)
        .order_by(Event.seq.desc())
        .limit(1)
    )
    if found is None:
        raise NoPaper
    return found
