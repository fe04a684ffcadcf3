"""New cases, drafts, and edits of what a case says."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import (
    acceptance,
    editing,
    idempotency,
    numbers,
    personal,
    reading,
    sealing,
    writing,
)
from tongban.cases.checking import PromiseDays, check
from tongban.cases.inputs import ActionIn, CaseEdit, CaseIn
from tongban.cases.models import Case, CaseMaterial, CasePersonal, CaseScope
from tongban.cases.placement import counter, home_of, place
from tongban.cases.policy import may_edit, situation
from tongban.cases.problems import ActionNotAllowed, NotOffered, UnknownMatter
from tongban.cases.record import new_case
from tongban.cases.rules import Action, Status
from tongban.cases.schemas import CaseOut
from tongban.cases.transitions import check_version, lock
from tongban.cases.work import Work
from tongban.core import clock
from tongban.core.ids import new_id
from tongban.core.problems import NotFound, VersionRequired
from tongban.core.settings import Settings
from tongban.deadlines.service import due_on, get_calendar
from tongban.identity.actor import Actor
from tongban.matters.service import Offer, current_offer
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree


async def create(
    session: AsyncSession, settings: Settings, actor: Actor, body: CaseIn, key: str | None
) -> CaseOut:
    """Register a case. Everything is checked before anything is written.

    Raises `UnknownMatter`, `UnknownOrganisation`, `NotACommunity`, `NotYourCounter`,
    `NotOffered`, `OutsideScope`, `NoRoute`, `Invalid` with every wrong field, `KeyReused`.
    """
    case_id = new_id()
    first = await idempotency.claim(session, actor, key, body, case_id, "create")
    if first is not None:
        return await reading.read_case(session, settings, actor, str(first))
    tree = await get_tree(session)
    offer = await current_offer(session, body.matter_code)
    if offer is None:
        raise UnknownMatter().at("/matter_code")
    work, written = await _draft(session, settings, actor, tree, offer, body, case_id)
    counter = None
    if body.submit:
        acceptance.take_in(work, receive_only=body.receive_only)
        counter = numbers.counter_of(tree, work.case, work.today)
    else:
        work.joining.add(work.case.accepting_id)
        work.log("drafted", None)
    await writing.save_new(session, work.case, {**work.rows(), **written}, counter)
    parts = _parts(work, actor, written["case_materials"])
    return await reading.present(session, settings, actor, work.case, parts)


def _parts(work: Work, actor: Actor, materials: list[dict[str, Any]]) -> reading.Parts | None:
    """What was just written, without reading it again; the names of scans are not at hand."""
    if any(row["files"] for row in materials):
        return None
    who = (actor.username, actor.name)
    return reading.Parts(
        registrar=who,
        tasks=[reading.TaskLine(task, (), ()) for task in work.tasks],
        materials={
            row["key"]: reading.MaterialLine(
                received=row["received"],
                promised_by=row["promised_by"],
                promise_missed=False,
                checker=who if row["checked_by"] else (),
                checked_at=row["checked_at"],
                scans=[],
                note=row["note"],
            )
            for row in materials
        },
    )


async def _draft(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    tree: Tree,
    offer: Offer,
    body: CaseIn,
    case_id: UUID,
) -> tuple[Work, writing.Rows]:
    """A draft in memory, with the rows of its personal data and materials."""
    now, matter = clock.now(), offer.version
    calendar = await get_calendar(session)
    accepting, window = counter(tree, actor, body.accepting_code)
    home = home_of(tree, body.home_code)
    if not offer.stands_at(tree, window or accepting):
        raise NotOffered().at("/matter_code")
    document = {
        "applicant": body.applicant.model_dump(),
        "agent": body.agent.model_dump() if body.agent else None,
        "form": body.form,
    }
    due = due_on(calendar, settings, now, matter.content.promised_days)
    filing = check(
        matter,
        document,
        body.materials,
        promises=PromiseDays(now.astimezone(settings.zone).date(), due.date),
        complete=body.submit,
        materials_complete=body.submit and not body.receive_only,
    )
    editing.refuse(editing.masked_errors(filing.document, matter.sensitive), filing.errors)
    issuing = editing.issuing_unit(tree, body.issuing_code)
    placed = place(tree, matter, accepting, window, home, issuing, filing.document["form"])
    sealed = sealing.split(filing.document, matter.sensitive)
    case = new_case(case_id, matter, placed, sealed.document, actor, now)
    case.promise_open = filing.promises
    rows = {
        "case_personal": [sealing.personal_row(case_id, sealed.secrets)],
        "case_materials": await editing.material_rows(
            session, case, matter, filing.materials, actor, now
        ),
    }
    work = Work(
        session=session,
        settings=settings,
        actor=actor,
        tree=tree,
        calendar=calendar,
        case=case,
        matter=matter,
        tasks=[],
        body=ActionIn(action=Action.SUBMIT, comment=body.comment),
        now=now,
    )
    return work, rows


async def edit(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    number: str,
    body: CaseEdit,
    if_match: str | None,
) -> CaseOut:
    """Change what a draft or a returned case says.

    Raises `VersionRequired` without If-Match, `StaleVersion`, `NotFound`, `ActionNotAllowed`
    where the case may not be edited now, `Invalid`.
    """
    if if_match is None:
        raise VersionRequired
    correction = ActionIn(action=Action.SUBMIT_CORRECTION, edit=body)
    work = await lock(session, settings, actor, number, correction)
    check_version(work.case, if_match)
    if not may_edit(work.case, situation(work.tree, actor, work.case, work.tasks)):
        raise ActionNotAllowed(action="edit")
    await editing.apply_edit(work, body)
    await work.save()
    return await reading.present(session, settings, actor, work.case)


async def discard(session: AsyncSession, actor: Actor, number: str) -> None:
    """Delete one's own draft. Raises `NotFound` for anything else."""
    case = await reading.find(session, actor, number, lock=True)
    if case.status != Status.DRAFT:
        raise NotFound
    # Personal data first: row-level security still needs the scope rows to find it.
    await personal.set_scope(session, await get_tree(session), actor)
    await session.execute(delete(CasePersonal).where(CasePersonal.case_id == case.id))
    await session.execute(delete(CaseMaterial).where(CaseMaterial.case_id == case.id))
    await session.execute(delete(CaseScope).where(CaseScope.case_id == case.id))
    await session.execute(delete(Case).where(Case.id == case.id))
