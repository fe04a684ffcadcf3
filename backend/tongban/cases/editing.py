"""What a case says, changed: applicant, agent, form, materials, home."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import personal, sealing
from tongban.cases.checking import PromiseDays, awaits, check
from tongban.cases.inputs import CaseEdit, MaterialIn
from tongban.cases.models import Case, CaseMaterial, CasePersonal, Event
from tongban.cases.placement import Placement, home_of, place
from tongban.cases.policy import VISIBLE, readable_scope, seen_by
from tongban.cases.problems import (
    IssuedElsewhere,
    NotOffered,
    UnknownMatter,
    UnknownOrganisation,
)
from tongban.cases.record import fill, follow, settle
from tongban.cases.rules import Status
from tongban.cases.sealing import SensitiveField
from tongban.cases.work import Work
from tongban.core.db import Base
from tongban.core.fixed import Fixed
from tongban.core.privacy import is_masked
from tongban.core.problems import FieldError, Invalid
from tongban.core.texts import Text
from tongban.deadlines.service import due_on
from tongban.files.service import attach
from tongban.identity.actor import Actor
from tongban.matters.schemas import Version
from tongban.matters.service import current_offer
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree, Unit

_REUSED = Text(
    "已采用申请人以前的材料，不能改为他人；请另建办件",
    "Papers of this applicant were taken over: for somebody else make another case",
)


def masked_errors(document: dict[str, Any], fields: Iterable[SensitiveField]) -> list[FieldError]:
    """A new case has nothing stored for which a mask could stand."""
    return [
        FieldError(pointer, "masked_value", sealing.MASKED)
        for pointer, container, key, _ in sealing.sensitive_places(document, fields)
        if is_masked(container[key])
    ]


def refuse(masked: list[FieldError], others: list[FieldError]) -> None:
    """Raise `Invalid` if anything is wrong. What stands where a mask came back says nothing else:
    that the mask is no number either would be a second, misleading word for one mistake."""
    told = {error.pointer for error in masked}
    errors = [*masked, *(error for error in others if error.pointer not in told)]
    if errors:
        raise Invalid(errors=errors)


def issuing_unit(tree: Tree, code: str | None) -> Unit | None:
    if code is None:
        return None
    unit = tree.find(code)
    if unit is None:
        raise UnknownOrganisation(code=code).at("/issuing_code")
    return unit


async def apply_edit(work: Work, edit: CaseEdit) -> None:
    """Check an edit as a whole application and write it; logs `edited` and `route_changed`.

    Raises `Invalid` with every wrong field, and what `placement.place` raises.
    """
    case, draft = work.case, work.case.status == Status.DRAFT
    if draft:
        await follow_matter(work)
    stored = await personal.load(work.session, work.tree, work.actor, case.id)
    document, errors = sealing.unmask(_merged(case, edit), work.matter.sensitive, stored)
    standing = await materials_of(work.session, case.id, work.matter) if edit.materials else []
    made = frozenset((line.key, line.promised_by) for line in standing)
    filing = check(
        work.matter,
        document,
        edit.materials or [],
        promises=PromiseDays(work.today, last_promise(work), made),
        complete=not draft,
        materials_complete=False,
    )
    unsaid = taken_back(work, standing, filing.materials)
    unreceived = [FieldError(f"/materials/{at}/received", *TAKEN_BACK) for at in unsaid]
    refuse(errors, [*filing.errors, *unreceived])
    sealed = sealing.split(filing.document, work.matter.sensitive)
    if sealed.secrets[_APPLICANT] != stored[_APPLICANT] and await _has_reused(work):
        raise Invalid.field(_APPLICANT, "papers_of_another", _REUSED)
    parts = changed_parts(work, edit, {line.key: line for line in standing}, filing.materials)
    await store(work, sealed)
    if filing.materials:
        await put_materials(work.session, case, work.matter, filing.materials, work.actor, work.now)
        await settle_promises(work)
    work.log("edited", case.status, fields=parts)
    reroute(work, edit, filing.document["form"])


def taken_back(
    work: Work, standing: Iterable[MaterialIn], changed: Sequence[MaterialIn]
) -> list[int]:
    """Positions of required materials that an accepted case had and is to have no longer, without
    a promise: it would be decided without what it was accepted for."""
    if work.case.accepted_at is None:
        return []
    had = {line.key for line in standing if line.received != "none"}
    required = {material.key for material in work.matter.content.materials if material.required}
    return [
        at
        for at, line in enumerate(changed)
        if line.received == "none" and line.promised_by is None and line.key in had & required
    ]


TAKEN_BACK = (
    "taken_back",
    Text(
        "办件是凭这项必交材料受理的，不能改为未收；确实没有的，请约定补交日期（容缺）或终止办理",
        "The case was accepted with this required material: if it is not there after all, agree on"
        " a day to bring it, or end the case",
    ),
)


def last_promise(work: Work) -> date:
    """The last day that a promise may name: the case is due by then, or would be if it were
    accepted now."""
    due = due_on(work.calendar, work.settings, work.now, work.case.limit_days)
    return work.case.due_on or due.date


async def settle_promises(work: Work) -> None:
    """Whether the case still waits for a promised material, and since when in vain, after its list
    was changed."""
    case = work.case
    case.promise_open = awaits(await materials_of(work.session, case.id, work.matter))
    case.promise_missed_on = await work.session.scalar(
        select(func.min(CaseMaterial.promised_by)).where(
            CaseMaterial.case_id == case.id,
            CaseMaterial.promise_missed,
            CaseMaterial.received == "none",
        )
    )


async def follow_matter(work: Work) -> None:
    """Bring a draft to the version in force: an application is of what is asked for on its day.

    Raises `UnknownMatter` where the matter was retired meanwhile, `NotOffered`.
    """
    case = work.case
    offer = await current_offer(work.session, case.matter_code)
    if offer is None:
        raise UnknownMatter().at("/matter_code")
    if not offer.stands_at(work.tree, work.tree[case.window_id or case.accepting_id]):
        raise NotOffered().at("/matter_code")
    if offer.version.id == case.matter_version_id:
        return
    work.matter = offer.version
    follow(case, offer.version)
    kept = [material.key for material in offer.version.content.materials]
    await work.session.execute(
        delete(CaseMaterial).where(CaseMaterial.case_id == case.id, CaseMaterial.key.not_in(kept))
    )


async def store(work: Work, sealed: sealing.Sealed) -> None:
    """Write what the case says, and its personal data."""
    fill(work.case, sealed.document)
    row = sealing.personal_row(work.case.id, sealed.secrets)
    await work.session.execute(
        update(CasePersonal).where(CasePersonal.case_id == work.case.id).values(row)
    )


_APPLICANT = "/applicant/id_number"


async def _has_reused(work: Work) -> bool:
    """Whether papers were taken over that are the present applicant's and nobody else's."""
    found = await work.session.scalar(
        select(Event.seq)
        .where(
            Event.month == work.case.month,
            Event.case_id == work.case.id,
            Event.event == "material_reused",
        )
        .limit(1)
    )
    return found is not None


def _merged(case: Case, edit: CaseEdit) -> dict[str, Any]:
    """The document as the edit leaves it, still masked where the case's own parts are."""
    agent: dict[str, Any] | None = case.agent
    if "agent" in edit.model_fields_set:
        agent = edit.agent.model_dump() if edit.agent else None
    return {
        "applicant": edit.applicant.model_dump() if edit.applicant else case.applicant,
        "agent": agent,
        "form": edit.form if edit.form is not None else case.form,
    }


def changed_parts(
    work: Work, edit: CaseEdit, standing: Mapping[str, MaterialIn], lines: Iterable[MaterialIn]
) -> list[str]:
    """Names of the parts that an edit makes different: a page sends all that it shows. A number
    that was typed again counts, for what is stored is not shown to compare."""
    case, merged = work.case, _merged(work.case, edit)
    issuing = issuing_unit(work.tree, edit.issuing_code)
    changed = {
        "home_code": edit.home_code not in (None, work.tree[case.home_id].code),
        "issuing_code": issuing is not None and issuing.id != case.issuing_id,
        **{part: merged[part] != getattr(case, part) for part in merged},
        "materials": any(
            line != standing.get(line.key, MaterialIn(key=line.key)) for line in lines
        ),
    }
    return [part for part, differs in changed.items() if differs]


def reroute(work: Work, edit: CaseEdit, form: dict[str, Any]) -> None:
    """Place the case anew; where the route changes, open tasks move to the new units."""
    case, tree = work.case, work.tree
    home = home_of(tree, edit.home_code) if edit.home_code else tree[case.home_id]
    placed = _placed(work, issuing_unit(tree, edit.issuing_code), home, form)
    before = case.path
    settle(case, placed)
    if case.path == before or case.status == Status.DRAFT:
        return
    units = {step.key: step.unit for step in placed.path}
    for task in work.tasks:
        unit = units.get(task.step_key)
        if unit is not None and unit.id != task.organisation_id:
            task.organisation_id, task.claimed_by = unit.id, None
    work.joining |= {case.home_id, case.responsible_id, *(unit.id for unit in units.values())}
    work.log(
        "route_changed",
        case.status,
        home=home.code,
        cross_handling=str(case.cross_handling),
        linkage=str(case.linkage),
    )


def _placed(work: Work, wished: Unit | None, home: Unit, form: dict[str, Any]) -> Placement:
    """With the place of collection that is wished now, or else the one from before; where that
    takes no part any more, the result is collected at the counter again."""
    case, tree = work.case, work.tree
    window = tree[case.window_id] if case.window_id else None
    before = tree[case.issuing_id]
    accepting = tree[case.accepting_id]
    try:
        return place(tree, work.matter, accepting, window, home, wished or before, form)
    except IssuedElsewhere:
        if wished is not None:
            raise
        return place(tree, work.matter, accepting, window, home, None, form)


async def materials_of(session: AsyncSession, case_id: UUID, matter: Version) -> list[MaterialIn]:
    """The tick list as it stands, in the matter's order, by which errors count its lines."""
    rows = await session.scalars(select(CaseMaterial).where(CaseMaterial.case_id == case_id))
    order = {material.key: place for place, material in enumerate(matter.content.materials)}
    lines = [
        MaterialIn.model_construct(
            key=row.key,
            received=row.received,
            promised_by=row.promised_by,
            files=row.files,
            note=row.note,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: order.get(line.key, len(order)))


_LINE_AT = "/materials/{line}"


async def put_materials(
    session: AsyncSession,
    case: Case,
    matter: Version,
    materials: Sequence[MaterialIn],
    actor: Actor | None,
    now: datetime,
    known: Iterable[UUID] = (),
    at: str = _LINE_AT,
) -> list[dict[str, Any]]:
    """Write lines of the tick list, new or changed. Returns the rows as written."""
    rows = await material_rows(session, case, matter, materials, actor, now, known, at)
    if rows:
        await _PUT_MATERIAL.many(session, rows)
    return rows


async def material_rows(
    session: AsyncSession,
    case: Case,
    matter: Version,
    materials: Sequence[MaterialIn],
    actor: Actor | None,
    now: datetime,
    known: Iterable[UUID] = (),
    at: str = _LINE_AT,
) -> list[dict[str, Any]]:
    """Lines of the tick list, to be written; what was received is checked by `actor`.

    Files are the actor's own, of cases that the actor may see, or `known`, which the caller has
    checked. `at`: pointer of a line in the body that names them.
    """
    files = {
        f"{at.format(line=line)}/files/{index}": file
        for line, material in enumerate(materials)
        for index, file in enumerate(material.files)
    }
    if files and actor is not None:
        reusable = await _reusable(session, actor, list(files.values()))
        await attach(session, actor, files, {*known, *reusable})
    return [_material_row(case, matter, material, actor, now) for material in materials]


_insert = insert(Base.metadata.tables["case_materials"])
# A promise that was missed stays missed, whatever else is noted, until another day is agreed.
_same_day = CaseMaterial.promised_by.is_not_distinct_from(_insert.excluded.promised_by)
_PUT_MATERIAL = Fixed(
    _insert.on_conflict_do_update(
        index_elements=[CaseMaterial.case_id, CaseMaterial.key],
        set_={
            **{
                column.key: _insert.excluded[column.key]
                for column in CaseMaterial.__table__.columns
                if not column.primary_key
            },
            "promise_missed": and_(CaseMaterial.promise_missed, _same_day),
        },
    )
)


def _material_row(
    case: Case, matter: Version, material: MaterialIn, actor: Actor | None, now: datetime
) -> dict[str, Any]:
    received = material.received != "none"
    wanted = matter.material(material.key)
    return {
        "case_id": case.id,
        "key": material.key,
        "document_kind": wanted.document_kind if wanted else None,
        "received": material.received,
        "promised_by": material.promised_by,
        "promise_missed": False,
        "checked_by": actor.staff_id if received and actor else None,
        "checked_at": now if received else None,
        "files": material.files,
        "note": material.note,
    }


_IN_CASES = Fixed(
    select(func.unnest(CaseMaterial.files).label("file"))
    .join(Case, Case.id == CaseMaterial.case_id)
    .where(
        func.cardinality(CaseMaterial.files) > 0,
        CaseMaterial.files.overlap(bindparam("files", type_=ARRAY(Uuid))),
    )
    .where(VISIBLE)
)


async def _reusable(session: AsyncSession, actor: Actor, files: Sequence[UUID]) -> set[UUID]:
    """Those of the files that already belong to a case that the actor may see (材料复用)."""
    seen = seen_by(actor, readable_scope(await get_tree(session), actor))
    used = await _IN_CASES.rows(session, {**seen, "files": list(files)})
    return {row.file for row in used}
