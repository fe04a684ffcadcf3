"""Handlers from the counter to acceptance: take in, receive, correct, accept, refuse."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tongban.cases import editing, numbers, personal, sealing
from tongban.cases.checking import PromiseDays, check
from tongban.cases.inputs import AgentIn, ApplicantIn, CaseEdit, FindingIn
from tongban.cases.rules import Status
from tongban.cases.steps import pass_on
from tongban.cases.work import Work, path_of, units_of
from tongban.core.ids import readable_code
from tongban.core.problems import FieldError, Invalid, Problem
from tongban.core.texts import Text
from tongban.deadlines.service import due_on
from tongban.routing.definitions import Function
from tongban.routing.rules import ConcreteStep, next_steps


def take_in(work: Work, *, receive_only: bool) -> None:
    """From draft to accepted, or only to received (收件) where somebody else is to accept."""
    case = work.case
    before = case.status if case.version else None
    case.query_code = readable_code()
    case.registered_at = case.received_at = work.now
    work.joining |= units_of(case)
    step = accept_step(work)
    if receive_only or step.unit.id != case.accepting_id:
        case.status = Status.RECEIVED
        work.open([step])
        _start_acceptance_clock(work)
        work.log("received", before)
    else:
        _accept(work)
        work.log("accepted", before)


def accept_step(work: Work) -> ConcreteStep:
    path = path_of(work.case, work.tree)
    return next(step for step in path if step.function is Function.ACCEPT)


def _start_acceptance_clock(work: Work) -> None:
    days = work.settings.acceptance_days
    due = due_on(work.calendar, work.settings, work.now, days)
    work.case.acceptance_due_on = due.date


def _accept(work: Work, since: datetime | None = None) -> None:
    """The total clock starts, and the first steps after acceptance open."""
    case = work.case
    case.status = Status.ACCEPTED
    case.accepted_at = since or work.now
    case.acceptance_due_on = None
    due = due_on(work.calendar, work.settings, case.accepted_at, case.limit_days)
    case.due_on, case.due_provisional = due.date, due.provisional
    path = path_of(case, work.tree)
    accept = accept_step(work)
    work.open(next_steps(path, {step.key for step in path if step.stage <= accept.stage}))


async def deem_accepted(work: Work) -> None:
    """Nothing was decided in time: accepted as of the day it was received (行政许可法 32)."""
    before = work.case.status
    work.cancel_all()
    work.case.deemed_accepted = True
    _accept(work, since=work.case.received_at)
    work.log("deemed_accepted", before)


async def submit(work: Work) -> None:
    """A draft becomes an application: checked in full against the version in force, kept as it
    was checked, numbered, taken in."""
    case = work.case
    await editing.follow_matter(work)
    stored = await personal.load(work.session, work.tree, work.actor, case.id)
    real = sealing.restore(
        {"applicant": case.applicant, "agent": case.agent, "form": case.form}, stored
    )
    filing = check(
        work.matter,
        real,
        await editing.materials_of(work.session, case.id, work.matter),
        promises=PromiseDays(work.today, editing.last_promise(work)),
        complete=True,
        materials_complete=not work.body.receive_only,
    )
    if filing.errors:
        raise Invalid(errors=filing.errors)
    await editing.store(work, sealing.split(filing.document, work.matter.sensitive))
    editing.reroute(work, CaseEdit(), filing.document["form"])
    case.promise_open = filing.promises
    take_in(work, receive_only=work.body.receive_only)
    counter = numbers.counter_of(work.tree, case, work.today)
    await numbers.number_draft(work.session, case, counter)


async def pre_review_pass(work: Work) -> None:
    """预审 of an on-line application found nothing wrong."""
    before = work.case.status
    work.close(work.held_task)
    work.case.status = Status.PRE_REVIEW_PASSED
    work.open([accept_step(work)])
    work.log("pre_review_passed", before)


async def pre_review_return(work: Work) -> None:
    """预审 found something: the applicant is told all of it."""
    work.case.correction_pending = True
    work.case.findings = _findings(work.body.findings)
    work.log("pre_review_returned", work.case.status, findings=work.case.findings)


async def receive(work: Work) -> None:
    before = work.case.status
    work.case.status = Status.RECEIVED
    work.case.received_at = work.now
    _start_acceptance_clock(work)
    work.log("received", before)


async def accept(work: Work) -> None:
    """Accept what was received. Raises `Invalid` for each material still missing."""
    await _apply_edit(work)
    missing = check(
        work.matter,
        {"applicant": None, "agent": None, "form": {}},
        await editing.materials_of(work.session, work.case.id, work.matter),
        promises=PromiseDays(work.today, editing.last_promise(work)),
        complete=False,
        materials_complete=True,
    )
    if missing.errors:
        raise Invalid(errors=missing.errors)
    before = work.case.status
    work.case.received_at = work.case.received_at or work.now
    work.case.promise_open = missing.promises
    work.close(work.held_task)
    _accept(work)
    work.log("accepted", before)


async def _apply_edit(work: Work) -> None:
    """The corrected parts that come along; what is wrong with them lies below `/edit`."""
    if work.body.edit is None:
        return
    try:
        await editing.apply_edit(work, work.body.edit)
    except Problem as problem:
        problem.errors = [replace(e, pointer=f"/edit{e.pointer}") for e in problem.errors]
        raise


async def refuse(work: Work) -> None:
    """不予受理, with the reason that the paper will state."""
    before = work.case.status
    work.cancel_all()
    work.case.status = Status.NOT_ACCEPTED
    work.case.acceptance_due_on = None
    work.case.correction_pending = False
    work.log("refused", before)


async def request_correction(work: Work) -> None:
    """补正: told once and complete; the acceptance clock waits for the applicant."""
    if not work.body.findings and not work.body.comment:
        raise Invalid.field(
            "/findings", "missing", Text("请列出需要补正的全部内容", "List all that is to correct")
        )
    _check_pointers(work)
    case = work.case
    case.findings = _findings(work.body.findings) or [{"pointer": "", "message": work.body.comment}]
    case.correction_pending = case.correction_told = True
    case.acceptance_due_on = None
    work.log("correction_requested", case.status, findings=case.findings)


def _check_pointers(work: Work) -> None:
    """The notice names what each finding points at; told once, it cannot name nothing."""
    form = {field.key: field.type for field in work.matter.content.form}
    wrong = [
        FieldError(f"/findings/{index}/pointer", "unknown_place", _NO_SUCH_PLACE)
        for index, finding in enumerate(work.body.findings)
        if not _is_place(work, form, finding.pointer)
    ]
    if wrong:
        raise Invalid(errors=wrong)


_NO_SUCH_PLACE = Text(
    "申请中没有这一项，请选择材料、表单项或申请人信息",
    "Not a place in the application: name a material, a form field or the applicant's data",
)
_PARTS = {"", "/form", "/materials", "/applicant", "/agent", "/home_code", "/issuing_code"}


def _is_place(work: Work, form: Mapping[str, str], pointer: str) -> bool:
    if pointer in _PARTS:
        return True
    part, _, rest = pointer.removeprefix("/").partition("/")
    match part:
        case "materials":
            return work.matter.material(rest) is not None
        case "form":
            key, inside, _ = rest.partition("/")
            return key in form and (not inside or form[key] == "array")
        case "applicant":
            return rest in ApplicantIn.model_fields
        case "agent":
            return work.case.agent is not None and rest in AgentIn.model_fields
    return False


def _findings(findings: list[FindingIn]) -> list[dict[str, str]]:
    return [finding.model_dump() for finding in findings]


async def submit_correction(work: Work) -> None:
    """What was asked for has come: before acceptance its clock starts anew; after a return the
    step that sent it back gets it again."""
    await _apply_edit(work)
    case = work.case
    if case.status != Status.RECEIVED:
        await pass_on(work)
        return
    case.correction_pending = False
    case.findings = []
    case.received_at = work.now
    _start_acceptance_clock(work)
    work.log("correction_submitted", case.status)
