"""Handlers for how a case ends: collected, withdrawn, terminated, archived, opened again."""

from datetime import date, timedelta

from tongban.cases import editing, recalculation, steps
from tongban.cases.models import Archive, Collection
from tongban.cases.policy import acts_for
from tongban.cases.problems import PapersOut, ReopenTooLate
from tongban.cases.rules import Status
from tongban.cases.work import Work, path_of
from tongban.core.problems import Invalid
from tongban.core.texts import Text
from tongban.files.service import attach


async def issue(work: Work) -> None:
    """The result is collected: by whom, and against which signature or postal number."""
    body, before = work.body, work.case.status
    method = body.collection_method or "in_person"
    if method == "mail" and not body.tracking_number:
        raise Invalid.field("/tracking_number", "missing", _NO_POSTAL_NUMBER)
    if method != "mail" and body.tracking_number:
        raise Invalid.field("/tracking_number", "not_mailed", _NOT_MAILED)
    if work.actor and work.case.agent and method == "in_person" and not body.collected_by:
        raise Invalid.field("/collected_by", "missing", _BY_WHOM)
    if work.actor is not None:
        if body.signature_file is not None:
            await attach(work.session, work.actor, {"/signature_file": body.signature_file})
        work.session.add(
            Collection(
                case_id=work.case.id,
                at=work.now,
                method=method,
                collected_by=body.collected_by or work.case.applicant["name"],
                tracking_number=body.tracking_number,
                signature_file=body.signature_file,
                staff_id=work.actor.staff_id,
            )
        )
    work.close(work.held_task)
    work.case.status = Status.ISSUED
    work.log("issued", before, method=method, tracking_number=body.tracking_number)


_NO_POSTAL_NUMBER = Text("请填写邮寄单号", "Give the postal number")
_NOT_MAILED = Text(
    "不是邮寄：请改选邮寄，或删去邮寄单号",
    "Not by mail: choose mail, or leave the postal number out",
)
_BY_WHOM = Text(
    "本件有代办人：请填写是谁来领取的", "The case has an agent: say who has come to collect"
)


async def withdraw(work: Work) -> None:
    """The applicant takes the application back."""
    await _end(work, Status.WITHDRAWN, "withdrawn")


async def terminate(work: Work) -> None:
    """Ended by the office without a decision (终止)."""
    await _end(work, Status.TERMINATED, "terminated")


async def _end(work: Work, status: Status, event: str) -> None:
    before = work.case.status
    await _fetch_papers(work)
    work.cancel_all()
    case = work.case
    case.status = status
    case.suspended = case.correction_pending = case.returned = case.promise_open = False
    case.extension_asked_days = case.extension_asked_by = None
    work.log(event, before)


async def _fetch_papers(work: Work) -> None:
    """Originals that a bureau has are fetched first: afterwards nobody would be asked for them.

    A bureau on line hands them back with what it does itself; the clock waits for nobody.
    Raises `PapersOut`.
    """
    papers = await steps.papers_out(work)
    if papers is None:
        return
    bureau = work.actor is None or any(
        task.organisation_id == papers.bureau_id
        and acts_for(work.tree, work.actor, task.role, task.organisation_id)
        for task in work.tasks
    )
    if not bureau and work.body.returned_on is None:
        raise PapersOut(bureau=work.tree[papers.bureau_id].name).at("/returned_on")
    await steps.papers_back(work, None)


async def archive(work: Work) -> None:
    """Close the file; the worker builds its package (电子归档)."""
    case, before = work.case, work.case.status
    ended = (case.concluded_at or work.now).astimezone(work.settings.zone).date()
    case.status = Status.ARCHIVED
    work.session.add(
        Archive(
            case_id=case.id,
            at=work.now,
            retain_until=_years_later(ended, work.matter.content.retention_years),
        )
    )
    work.log("archived", before)


def _years_later(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March, for nothing goes too early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


async def reopen(work: Work) -> None:
    """Decide anew, within the days that the settings allow after conclusion."""
    case, days = work.case, work.settings.reopen_days
    if case.concluded_at is None or work.now > case.concluded_at + timedelta(days=days):
        raise ReopenTooLate(days=days)
    before = case.status
    work.cancel_all()
    case.status, case.outcome, case.concluded_at = Status.IN_PROCESS, None, None
    deciding = [step for step in path_of(case, work.tree) if step.decides]
    work.open(deciding[-1:])
    await editing.settle_promises(work)
    work.log("reopened", before)
    await recalculation.replay_case(work)
