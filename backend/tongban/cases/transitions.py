"""The one way in which a case changes its state: `act()`, and `transition()` below it.

The rules decide whether, a handler in `steps`, `acceptance`, `pauses` or `endings` does it,
`Work.save()` writes events, tasks and outbox in the same transaction.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import acceptance, endings, idempotency, pauses, reading, steps
from tongban.cases.inputs import ActionIn
from tongban.cases.models import Case, Task
from tongban.cases.policy import situation
from tongban.cases.problems import ACTION_NAMES, ActionNotAllowed, PromiseOpen, WhichTask
from tongban.cases.rules import (
    RULES,
    Action,
    Party,
    Situation,
    held_tasks,
    legal,
    waits_for_promise,
)
from tongban.cases.schemas import CaseOut
from tongban.cases.work import Work, open_tasks
from tongban.core import clock
from tongban.core.problems import FieldError, Invalid, StaleVersion
from tongban.core.settings import Settings
from tongban.core.texts import Text
from tongban.deadlines.service import get_calendar
from tongban.identity.actor import Actor
from tongban.matters.service import version
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

Handler = Callable[[Work], Awaitable[None]]

HANDLERS: Final[dict[Action, Handler]] = {
    Action.CLAIM: steps.claim,
    Action.RELEASE: steps.release,
    Action.SUBMIT: acceptance.submit,
    Action.PRE_REVIEW_PASS: acceptance.pre_review_pass,
    Action.PRE_REVIEW_RETURN: acceptance.pre_review_return,
    Action.RECEIVE: acceptance.receive,
    Action.ACCEPT: acceptance.accept,
    Action.REFUSE: acceptance.refuse,
    Action.REQUEST_CORRECTION: acceptance.request_correction,
    Action.SUBMIT_CORRECTION: acceptance.submit_correction,
    Action.PASS: steps.pass_on,
    Action.RETURN: steps.send_back,
    Action.TRANSFER: steps.transfer,
    Action.SUSPEND: pauses.suspend,
    Action.RESUME: pauses.resume,
    Action.REQUEST_EXTENSION: pauses.request_extension,
    Action.DECIDE_EXTENSION: pauses.decide_extension,
    Action.CARRY_OUT: steps.carry_out,
    Action.RECORD_RESULT: steps.record_result,
    Action.APPROVE: steps.approve,
    Action.DENY: steps.deny,
    Action.FILE: steps.file,
    Action.ISSUE: endings.issue,
    Action.WITHDRAW: endings.withdraw,
    Action.TERMINATE: endings.terminate,
    Action.ARCHIVE: endings.archive,
    Action.REOPEN: endings.reopen,
}

OWES_A_REASON = frozenset(
    {
        Action.REFUSE,
        Action.PRE_REVIEW_RETURN,
        Action.RETURN,
        Action.DENY,
        Action.REQUEST_EXTENSION,
        Action.WITHDRAW,
        Action.TERMINATE,
        Action.REOPEN,
    }
)
"""「不符合」 without a reason is what residents complain of most: these need a comment."""

_ALWAYS = frozenset({"action", "comment", "task_id"})
_BELONGS: Final[dict[Action, frozenset[str]]] = {
    Action.SUBMIT: frozenset({"receive_only"}),
    Action.PRE_REVIEW_RETURN: frozenset({"findings"}),
    Action.ACCEPT: frozenset({"edit"}),
    Action.REQUEST_CORRECTION: frozenset({"findings"}),
    Action.SUBMIT_CORRECTION: frozenset({"edit"}),
    Action.RETURN: frozenset({"to_step", "returned_on"}),
    Action.TRANSFER: frozenset({"to_organisation", "to_staff"}),
    Action.SUSPEND: frozenset({"reason"}),
    Action.REQUEST_EXTENSION: frozenset({"days"}),
    Action.DECIDE_EXTENSION: frozenset({"agreed"}),
    Action.CARRY_OUT: frozenset({"received_by", "originals"}),
    Action.RECORD_RESULT: frozenset({"decision", "document_number", "returned_on", "to_step"}),
    Action.APPROVE: frozenset({"document_number", "returned_on"}),
    Action.DENY: frozenset({"document_number", "returned_on"}),
    Action.WITHDRAW: frozenset({"returned_on"}),
    Action.TERMINATE: frozenset({"returned_on"}),
    Action.ISSUE: frozenset(
        {"collected_by", "collection_method", "tracking_number", "signature_file"}
    ),
}
"""What an action may be sent besides, by name. Anything else was meant for another action: to
approve what came with `decision: denied` would do the opposite of what somebody wanted."""


def check_belongs(body: ActionIn) -> None:
    """Raises `Invalid` for each part that says something and that the action has no use for."""
    belonging = _ALWAYS | _BELONGS.get(body.action, frozenset())
    foreign = [
        name
        for name in sorted(body.model_fields_set - belonging)
        if getattr(body, name) not in (None, False, "", [])
    ]
    if foreign:
        text = _FOREIGN.using(zh=ACTION_NAMES[body.action].zh, en=ACTION_NAMES[body.action].en)
        raise Invalid(errors=[FieldError(f"/{name}", "not_of_action", text) for name in foreign])


_FOREIGN = Text(
    "“{zh}”没有这一项，请去掉，或改选相应的操作",
    "“{en}” has no such part: leave it out, or choose the action that it belongs to",
)

_CLAIMS_NOT = frozenset({Action.RELEASE, Action.TRANSFER, Action.DECIDE_EXTENSION})


async def act(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    number: str,
    body: ActionIn,
    key: str | None,
    if_match: str | None,
) -> CaseOut:
    """Take an action. Raises `NotFound`, `ActionNotAllowed`, `StaleVersion`, `Invalid`."""
    work = await lock(session, settings, actor, number, body)
    case = work.case
    if await idempotency.claim(session, actor, key, body, case.id, f"act:{case.id}") is None:
        check_version(case, if_match)
        await transition(work, actor)
    return await reading.present(session, settings, actor, case)


async def lock(
    session: AsyncSession, settings: Settings, actor: Actor, number: str, body: ActionIn
) -> Work:
    """The case, its row locked until the transaction ends. Raises `NotFound`."""
    case = await reading.find(session, actor, number, lock=True)
    return await work_on(session, settings, actor, await get_tree(session), case, body)


async def work_on(
    session: AsyncSession,
    settings: Settings,
    actor: Actor | None,
    tree: Tree,
    case: Case,
    body: ActionIn,
) -> Work:
    """What a locked case is worked on with."""
    return Work(
        session=session,
        settings=settings,
        actor=actor,
        tree=tree,
        calendar=await get_calendar(session),
        case=case,
        matter=await version(session, case.matter_version_id),
        tasks=await open_tasks(session, case.id),
        body=body,
        now=clock.now(),
    )


async def transition(work: Work, actor: Actor) -> None:
    """Judge `work.body` for `actor`, carry it out and write it."""
    action = work.body.action
    view = situation(work.tree, actor, work.case, work.tasks)
    if not legal(action, view):
        raise PromiseOpen if waits_for_promise(action, view) else ActionNotAllowed(action=action)
    check_belongs(work.body)
    if action in OWES_A_REASON and not work.body.comment:
        raise Invalid.field("/comment", "missing", Text("请说明理由", "Give the reason"))
    work.task = pick_task(work, view)
    if work.task is not None and action not in _CLAIMS_NOT and _holds(work.task, work, view):
        work.task.claimed_by = actor.staff_id
    await HANDLERS[action](work)
    await work.save()


def _holds(task: Task, work: Work, view: Situation) -> bool:
    """Not so a supervisor who resumes the case: the task stays whose it is, or in its queue."""
    return view.tasks[work.tasks.index(task)].held


def pick_task(work: Work, view: Situation) -> Task | None:
    """The open task that is meant. Raises `WhichTask` where several could be."""
    action = work.body.action
    positions = held_tasks(action, view)
    if not positions and Party.SUPERVISOR in RULES[action].parties & view.parties:
        positions = list(range(len(work.tasks)))
    if Party.HOLDER not in RULES[action].parties:
        return None
    candidates = [work.tasks[position] for position in positions]
    if work.body.task_id is not None:
        candidates = [task for task in candidates if task.id == work.body.task_id]
        if not candidates:
            raise ActionNotAllowed(action=action)
    if len(candidates) > 1 and action in ON_ONE_TASK:
        raise WhichTask().at("/task_id")
    return candidates[0] if candidates else None


ON_ONE_TASK = frozenset(
    {
        Action.CLAIM,
        Action.RELEASE,
        Action.PASS,
        Action.RETURN,
        Action.TRANSFER,
        Action.APPROVE,
        Action.DENY,
        Action.FILE,
        Action.CARRY_OUT,
    }
)
"""Actions on a single step; the others concern the whole case, whichever task is held."""


def check_version(case: Case, if_match: str | None) -> None:
    """Raises `StaleVersion` where the caller saw another version."""
    if if_match is None or if_match.strip() == "*":
        return
    seen = if_match.strip().removeprefix("W/").strip('"')
    if seen != str(case.version):
        raise StaleVersion
