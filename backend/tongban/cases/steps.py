"""Handlers for moving along the route: claim, pass, return, transfer, carry, decide."""

from sqlalchemy import select

from tongban.cases.models import Handover, Task
from tongban.cases.policy import pools, route_body, transfer_units
from tongban.cases.problems import NobodyToHandTo, OutsideRoute, PromiseOpen, UnknownOrganisation
from tongban.cases.rules import Outcome, Status
from tongban.cases.work import Work, path_of
from tongban.core.ids import new_id
from tongban.core.problems import FieldError, Invalid
from tongban.core.texts import Text
from tongban.identity.actor import Grant
from tongban.identity.models import GrantRow, Staff
from tongban.identity.roles import Role
from tongban.organisations.tree import Unit
from tongban.routing.rules import done_after_return, next_steps, return_targets


async def claim(work: Work) -> None:
    work.log("claimed", work.case.status)


async def release(work: Work) -> None:
    work.held_task.claimed_by = None
    work.log("released", work.case.status)


async def pass_on(work: Work) -> None:
    """A preparing step is done: the next ones open."""
    before = begin(work)
    work.case.returned = False
    work.log("passed", before)
    advance(work)


async def send_back(work: Work) -> None:
    """Back to an earlier step; the clocks go on."""
    before = begin(work)
    if work.held_task.function == "approve":
        await papers_back(work, "returned")
    target = go_back(work, work.held_task)
    work.log("returned", before, to_step=target)


async def transfer(work: Work) -> None:
    """To another organisation, another person, or both. Kinds and route stay as they were."""
    task = work.held_task
    unit = _transfer_unit(work, task)
    takers = await _takers(work, task, unit)
    if not takers:
        raise NobodyToHandTo().at("/to_organisation" if work.body.to_organisation else "/to_staff")
    staff = _named(work.body.to_staff, takers)
    if unit.id == task.organisation_id and (staff is None or staff.id == task.claimed_by):
        raise _goes_nowhere(work)
    from_unit = work.tree[task.organisation_id].code
    task.organisation_id = unit.id
    task.claimed_by = staff.id if staff else None
    work.joining.add(unit.id)
    work.log(
        "transferred",
        work.case.status,
        from_organisation=from_unit,
        to_organisation=unit.code,
        to_staff=staff.username if staff else None,
    )


def _goes_nowhere(work: Work) -> Invalid:
    body = work.body
    if body.to_organisation is None and body.to_staff is None:
        text = Text("请选择转交给谁", "Say to whom it goes")
        return Invalid.field("/to_organisation", "missing", text)
    text = Text("这项工作已经在那里，请另选机构或人员", "It is there already: choose somebody else")
    return Invalid.field("/to_staff" if body.to_staff else "/to_organisation", "goes_nowhere", text)


def _transfer_unit(work: Work, task: Task) -> Unit:
    present = work.tree[task.organisation_id]
    unit_code = work.body.to_organisation
    if unit_code is None:
        return present
    unit = work.tree.find(unit_code)
    if unit is None:
        raise UnknownOrganisation(code=unit_code).at("/to_organisation")
    if unit not in transfer_units(work.tree, work.case, task):
        body = route_body(work.tree, work.case, task)
        raise OutsideRoute(body=body.name).at("/to_organisation")
    return unit


async def _takers(work: Work, task: Task, unit: Unit) -> list[Staff]:
    """Everybody active who has the task's role there."""
    above = [place.id for place in (unit, *work.tree.ancestors(unit))]
    below = [place.id for place in work.tree.descendants(unit)]
    found = await work.session.execute(
        select(Staff, GrantRow.organisation_id)
        .join(GrantRow, GrantRow.staff_id == Staff.id)
        .where(
            Staff.active,
            GrantRow.role == task.role,
            GrantRow.organisation_id.in_([*above, *below]),
        )
    )
    role = Role(task.role)
    return [
        row.Staff
        for row in found
        if unit.id in pools(work.tree, (Grant(role, row.organisation_id),)).get(role, frozenset())
    ]


def _named(username: str | None, takers: list[Staff]) -> Staff | None:
    """Raises `NobodyToHandTo` where somebody is named who is none of them."""
    if username is None:
        return None
    staff = next((taker for taker in takers if taker.username == username), None)
    if staff is None:
        raise NobodyToHandTo().at("/to_staff")
    return staff


async def carry_out(work: Work) -> None:
    """The runner took the papers to the bureau: recorded with whom, when and which originals."""
    task = work.held_task
    _check_originals(work)
    before = begin(work)
    work.case.returned = False
    work.log("carried_out", before, received_by=work.body.received_by or "")
    advance(work)
    bureau = next((t for t in work.tasks if t.function == "approve"), None)
    if bureau is None or work.staff_id is None:
        return
    work.session.add(
        Handover(
            id=new_id(),
            case_id=work.case.id,
            bureau_id=bureau.organisation_id,
            unit_id=task.organisation_id,
            runner_id=work.staff_id,
            handed_over_on=work.today,
            received_by=work.body.received_by or "",
            originals=work.body.originals or [],
            due_on=bureau.due_on,
        )
    )


def _check_originals(work: Work) -> None:
    """A slip that lists nothing, for a slip of the pen in a key, would lose papers."""
    wrong = [
        FieldError(f"/originals/{index}", "unknown_material", _NO_SUCH_MATERIAL)
        for index, key in enumerate(work.body.originals or [])
        if work.matter.material(key) is None
    ]
    if wrong:
        raise Invalid(errors=wrong)


_NO_SUCH_MATERIAL = Text("该事项没有这项材料", "The matter has no such material")


async def record_result(work: Work) -> None:
    """What came back from a bureau that is not on line."""
    decision = work.body.decision
    if decision is None:
        raise Invalid.field(
            "/decision", "missing", Text("请选择委办局的办理结果", "Say what the bureau decided")
        )
    if decision in ("denied", "returned") and not work.body.comment:
        raise Invalid.field("/comment", "missing", Text("请说明理由", "Give the reason"))
    if decision in ("approved", "forwarded") and work.case.promise_open:
        raise PromiseOpen().at("/decision")
    work.task = next(task for task in work.tasks if task.function == "approve")
    before = begin(work)
    await papers_back(work, decision)
    if decision == "returned":
        target = go_back(work, work.task)
        work.log("result_recorded", before, decision=decision, to_step=target)
        return
    work.close(work.task)
    conclude(work, Outcome(decision))
    work.log(
        "result_recorded",
        before,
        decision=decision,
        document_number=work.body.document_number or None,
    )


async def papers_out(work: Work) -> Handover | None:
    """The papers of the case that are at a bureau."""
    found: Handover | None = await work.session.scalar(
        select(Handover)
        .where(Handover.case_id == work.case.id, Handover.returned_on.is_(None))
        .order_by(Handover.handed_over_on.desc(), Handover.id.desc())
        .limit(1)
    )
    return found


async def papers_back(work: Work, decision: str | None) -> None:
    """The papers, if a bureau has them, came back: today, or on the day that was given."""
    papers = await papers_out(work)
    back = work.body.returned_on
    if back is not None and (back > work.today or (papers and back < papers.handed_over_on)):
        raise Invalid.field(
            "/returned_on",
            "bad_date",
            Text("退回日期应在送交之后、今天之前", "Not between the hand-over and today"),
        )
    if papers is not None:
        papers.returned_on = work.body.returned_on or work.today
        papers.decision = decision
        papers.document_number = work.body.document_number or None


async def approve(work: Work) -> None:
    """Approved here; concluded where no further decision is waiting."""
    before = begin(work)
    await papers_back(work, "approved")
    advance(work)
    if not work.tasks:
        conclude(work, Outcome.APPROVED)
    work.log("approved", before, document_number=work.body.document_number or None)


async def deny(work: Work) -> None:
    before = begin(work)
    await papers_back(work, "denied")
    if work.task is not None:
        work.close(work.task)
    conclude(work, Outcome.DENIED)
    work.log("denied", before, document_number=work.body.document_number or None)


async def file(work: Work) -> None:
    before = begin(work)
    advance(work)
    if not work.tasks:
        conclude(work, Outcome.FILED)
    work.log("filed", before)


def begin(work: Work) -> str:
    """From accepted to in process with the first thing done. Returns the status before."""
    before = work.case.status
    if before == Status.ACCEPTED:
        work.case.status = Status.IN_PROCESS
    return before


def advance(work: Work) -> None:
    """Close the step at hand and open what comes next, if anything does."""
    task = work.held_task
    path = path_of(work.case, work.tree)
    work.close(task)
    still_open = {other.step_key for other in work.tasks}
    here = next(step for step in path if step.key == task.step_key)
    done = {step.key for step in path if step.stage <= here.stage and step.key not in still_open}
    work.open(next_steps(path, done))


def go_back(work: Work, task: Task) -> str:
    """Reopen an earlier step; what was open beside it is done anew. Returns the step's key."""
    path = path_of(work.case, work.tree)
    targets = return_targets(path, task.step_key)
    wanted = work.body.to_step or (targets[0].key if targets else "")
    target = next((step for step in targets if step.key == wanted), None)
    if target is None:
        raise Invalid.field(
            "/to_step", "unknown_step", Text("只能退回到前面的环节", "Not an earlier step")
        )
    kept = done_after_return(path, {step.key for step in path}, target.key)
    for other in [t for t in work.tasks if t.step_key not in kept]:
        work.close(other, "done" if other is task else "cancelled")
    work.case.returned = True
    work.open([target])
    return target.key


def conclude(work: Work, outcome: Outcome) -> None:
    """Decided: nothing is open any more but the issuing of the result."""
    work.cancel_all()
    case = work.case
    case.status = Status.CONCLUDED
    case.outcome = outcome
    case.concluded_at = work.now
    case.returned = case.promise_open = False
    case.extension_asked_days = case.extension_asked_by = None
    if work.matter.content.result.kind != "none":
        work.open_task("issue", "issue", case.issuing_id, 0)
