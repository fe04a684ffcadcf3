"""鉴定销毁: what is destroyed when its retention is over, who decided it, and what is left.

One person proposes a list, another decides, the worker carries it out, a case a transaction. What
is left of a case names nobody: number, matter, organisations, days, the hashes of its history and
of its package, and a last event that says by whose decision. The list stays as the record
(销毁清册).
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from tongban.cases.archives import schemas as s
from tongban.cases.events import DISPOSED
from tongban.cases.models import (
    Archive,
    Case,
    CaseMaterial,
    CasePersonal,
    Collection,
    Disposal,
    Handover,
)
from tongban.cases.problems import AlreadyDecided, OwnProposal, UnknownOrganisation
from tongban.cases.work import Work
from tongban.core import clock
from tongban.core.db import AnyRow
from tongban.core.ids import new_id
from tongban.core.pages import Page, decode_cursor, encode_cursor
from tongban.core.problems import FieldError, Forbidden, Invalid, NotFound
from tongban.core.settings import Settings
from tongban.core.spans import check_span, on_days
from tongban.core.texts import Text
from tongban.files.service import discard
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.identity.policy import reaches
from tongban.identity.roles import Permission
from tongban.identity.schemas import StaffRef
from tongban.organisations.schemas import OrganisationRef
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree, Unit

_KEEPING = (
    Permission.ARCHIVES_EXPORT,
    Permission.ARCHIVES_DISPOSE,
    Permission.ARCHIVES_APPROVE,
)


def fonds(tree: Tree, actor: Actor, code: str, at: str, *permissions: Permission) -> Unit:
    """The organisation whose archive (全宗) is meant; `at` points at where it was named.

    Raises `UnknownOrganisation`, `Forbidden`.
    """
    unit = tree.find(code)
    if unit is None:
        raise UnknownOrganisation(code=code).at(at)
    if not any(reaches(tree, actor, permission, unit) for permission in permissions):
        raise Forbidden
    return unit


def kept_by(tree: Tree, unit: Unit) -> ColumnElement[bool]:
    """A case belongs to the archive of who was responsible for it, and of all above."""
    return Case.responsible_id.in_([unit.id, *(below.id for below in tree.descendants(unit))])


def _due(settings: Settings) -> ColumnElement[bool]:
    return (
        (Archive.retain_until < clock.today(settings.zone))
        & Archive.file_id.is_not(None)
        & Archive.disposal_id.is_(None)
    )


async def list_archives(
    session: AsyncSession, settings: Settings, actor: Actor, query: s.ArchiveQuery
) -> Page[s.ArchiveRow]:
    """Archived cases, those whose retention ends first in front. Raises as `fonds`."""
    tree = await get_tree(session)
    unit = fonds(tree, actor, query.organisation, "/organisation", *_KEEPING)
    statement = (
        select(Archive, Case.number, Case.matter_name, Case.responsible_id)
        .join(Case, Case.id == Archive.case_id)
        .where(kept_by(tree, unit))
        .order_by(Archive.retain_until, Archive.case_id)
        .limit(query.limit + 1)
    )
    if query.due:
        statement = statement.where(_due(settings))
    check_span(query.archived_from, query.archived_to, "/archived_to")
    days = on_days(Archive.at, query.archived_from, query.archived_to, settings.zone)
    statement = statement.where(*days)
    keys = decode_cursor(query.cursor, (date, UUID))
    if keys:
        statement = statement.where(tuple_(Archive.retain_until, Archive.case_id) > tuple_(*keys))
    rows = (await session.execute(statement)).all()
    last = rows[query.limit - 1].Archive if len(rows) > query.limit else None
    return Page(
        items=[_archive_row(tree, row) for row in rows[: query.limit]],
        next_cursor=encode_cursor(str(last.retain_until), str(last.case_id)) if last else None,
    )


def _archive_row(tree: Tree, row: AnyRow) -> s.ArchiveRow:
    archive: Archive = row.Archive
    return s.ArchiveRow(
        number=row.number,
        matter_name=row.matter_name,
        responsible=_ref(tree, row.responsible_id),
        archived_at=archive.at,
        retain_until=archive.retain_until,
        packaged=archive.file_id is not None,
        disposal_id=archive.disposal_id,
        disposed_at=archive.disposed_at,
    )


def _ref(tree: Tree, unit_id: int) -> OrganisationRef:
    return OrganisationRef(code=tree[unit_id].code, name=tree[unit_id].name)


async def propose(
    session: AsyncSession, settings: Settings, actor: Actor, body: s.DisposalIn
) -> s.DisposalDetail:
    """A list of cases to be destroyed. Raises `Invalid` with a pointer to each that may not be."""
    tree = await get_tree(session)
    unit = fonds(
        tree, actor, body.organisation_code, "/organisation_code", Permission.ARCHIVES_DISPOSE
    )
    found = await session.execute(
        select(Case.number, Archive)
        .join(Archive, Archive.case_id == Case.id)
        .where(Case.number.in_(body.numbers), kept_by(tree, unit), _due(settings))
        .with_for_update(of=Archive)
    )
    due = {row.number: row.Archive for row in found}
    errors = [
        FieldError(f"/numbers/{place}", "not_due", _NOT_DUE)
        for place, number in enumerate(body.numbers)
        if number not in due
    ]
    if errors:
        raise Invalid(errors=errors)
    disposal = Disposal(
        id=new_id(),
        organisation_id=unit.id,
        state="proposed",
        cases=len(due),
        reason=body.reason,
        proposed_by=actor.staff_id,
        proposed_at=clock.now(),
        opinion="",
    )
    session.add(disposal)
    await session.flush()
    for archive in due.values():
        archive.disposal_id = disposal.id
    await session.flush()
    await _record(session, actor, "disposal.proposed", disposal, body.reason)
    return await read(session, actor, disposal.id)


_NOT_DUE = Text(
    "该办件不在本机构的档案中、保管期限未满、尚未成包，或已在销毁清册上",
    "Not in this archive, still to be kept, not packaged yet, or on a list already",
)


async def _record(
    session: AsyncSession, actor: Actor, action: str, disposal: Disposal, reason: str
) -> None:
    await audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"disposal:{disposal.id}",
        reason=reason,
        details={"cases": disposal.cases, "state": disposal.state},
    )


async def decide(
    session: AsyncSession, actor: Actor, disposal_id: UUID, body: s.DisposalDecisionIn
) -> s.DisposalDetail:
    """Approve or reject somebody else's list; the cases of a rejected one are free again.

    Raises `NotFound`, `OwnProposal`, `AlreadyDecided`.
    """
    await _readable(session, actor, disposal_id, Permission.ARCHIVES_APPROVE)
    disposal = await session.get_one(Disposal, disposal_id, with_for_update=True)
    if disposal.state != "proposed":
        raise AlreadyDecided
    if disposal.proposed_by == actor.staff_id:
        raise OwnProposal
    disposal.state = "approved" if body.approve else "rejected"
    disposal.decided_by, disposal.decided_at = actor.staff_id, clock.now()
    disposal.opinion = body.opinion
    await session.flush()
    if not body.approve:
        await session.execute(
            update(Archive).where(Archive.disposal_id == disposal_id).values(disposal_id=None)
        )
    await _record(session, actor, "disposal.decided", disposal, body.opinion)
    return await read(session, actor, disposal_id)


_proposer, _decider = aliased(Staff), aliased(Staff)
_DISPOSALS = (
    select(
        Disposal,
        _proposer.username,
        _proposer.name,
        _decider.username.label("decider"),
        _decider.name.label("decider_name"),
    )
    .join(_proposer, _proposer.id == Disposal.proposed_by)
    .join(_decider, _decider.id == Disposal.decided_by, isouter=True)
)


async def list_disposals(
    session: AsyncSession, actor: Actor, state: s.DisposalState | None
) -> list[s.DisposalOut]:
    """Lists within the actor's reach, newest first, at most 200."""
    tree = await get_tree(session)
    statement = _DISPOSALS.order_by(Disposal.proposed_at.desc()).limit(200)
    held = {unit for permission in _KEEPING for unit in actor.organisations(permission)}
    reached = [unit.id for unit in tree if held & {unit.id, *(a.id for a in tree.ancestors(unit))}]
    statement = statement.where(Disposal.organisation_id.in_(reached))
    if state:
        statement = statement.where(Disposal.state == state)
    found = await session.execute(statement.execution_options(populate_existing=True))
    return [s.DisposalOut(**_shown(tree, row)) for row in found]


def _shown(tree: Tree, row: AnyRow) -> dict[str, Any]:
    disposal: Disposal = row.Disposal
    decider = StaffRef(username=row.decider, name=row.decider_name) if row.decider else None
    return {
        "id": disposal.id,
        "organisation": _ref(tree, disposal.organisation_id),
        "state": disposal.state,
        "cases": disposal.cases,
        "reason": disposal.reason,
        "proposed_by": StaffRef(username=row.username, name=row.name),
        "proposed_at": disposal.proposed_at,
        "decided_by": decider,
        "decided_at": disposal.decided_at,
        "opinion": disposal.opinion,
        "done_at": disposal.done_at,
    }


async def _readable(
    session: AsyncSession, actor: Actor, disposal_id: UUID, *permissions: Permission
) -> AnyRow:
    """A list that the actor may see. Raises `NotFound`: what is out of reach does not exist."""
    tree = await get_tree(session)
    row = (await session.execute(_DISPOSALS.where(Disposal.id == disposal_id))).one_or_none()
    if row is None:
        raise NotFound
    unit = tree[row.Disposal.organisation_id]
    if not any(reaches(tree, actor, permission, unit) for permission in permissions):
        raise NotFound
    return row


async def read(session: AsyncSession, actor: Actor, disposal_id: UUID) -> s.DisposalDetail:
    """A list with its cases: the record of what was destroyed, once it was. Raises `NotFound`."""
    tree = await get_tree(session)
    row = await _readable(session, actor, disposal_id, *_KEEPING)
    found = await session.execute(
        select(Case.number, Case.matter_name, Case.responsible_id, Case.head_hash, Archive)
        .join(Archive, Archive.case_id == Case.id)
        .where(Archive.disposal_id == disposal_id)
        .order_by(Case.number)
    )
    items = [
        s.DisposalCase(
            number=line.number,
            matter_name=line.matter_name,
            responsible=_ref(tree, line.responsible_id),
            archived_at=line.Archive.at,
            retain_until=line.Archive.retain_until,
            digest=line.Archive.digest,
            head_hash=line.head_hash.hex(),
            disposed_at=line.Archive.disposed_at,
        )
        for line in found
    ]
    return s.DisposalDetail(**_shown(tree, row), items=items)


APPROVED = exists().where(
    Archive.case_id == Case.id,
    Archive.disposed_at.is_(None),
    Archive.disposal_id == Disposal.id,
    # The day of the database, by which `redact_events` judges too.
    Archive.retain_until < func.current_date(),
    Disposal.state == "approved",
)
"""Cases that the worker is to dispose of."""


async def dispose(work: Work) -> list[bytes]:
    """Take away all that a case says of people. Returns digests of content nobody uses any more.

    Raises `NotFound` where row-level security hides the personal data: better none of it than a
    half.
    """
    session, case = work.session, work.case
    archive = await session.get_one(Archive, case.id)
    row = (await session.execute(_DISPOSALS.where(Disposal.id == archive.disposal_id))).one()
    files = await _files(session, archive)
    await session.execute(select(func.redact_events(case.id)))
    erased = await session.scalars(
        delete(CasePersonal).where(CasePersonal.case_id == case.id).returning(CasePersonal.case_id)
    )
    if not erased.all():
        raise NotFound
    for table in (CaseMaterial, Collection, Handover):
        await session.execute(delete(table).where(table.case_id == case.id))
    archive.file_id, archive.disposed_at = None, work.now
    await session.flush()
    unused = await discard(session, await _unshared(session, files))
    case.applicant = dict.fromkeys(case.applicant, "") | {"kind": case.applicant["kind"]}
    case.agent, case.form, case.findings = None, {}, []
    case.names, case.query_code = "", None
    work.log(
        DISPOSED,
        case.status,
        disposal=str(archive.disposal_id),
        package=archive.digest,
        proposed_by=row.username,
        decided_by=row.decider,
    )
    return unused


async def _files(session: AsyncSession, archive: Archive) -> set[UUID]:
    """Scans, signatures and the package."""
    materials = await session.scalars(
        select(CaseMaterial.files).where(CaseMaterial.case_id == archive.case_id)
    )
    signatures = await session.scalars(
        select(Collection.signature_file).where(Collection.case_id == archive.case_id)
    )
    found = {file for files in materials for file in files} | set(signatures) | {archive.file_id}
    return {file for file in found if file is not None}


async def _unshared(session: AsyncSession, files: set[UUID]) -> set[UUID]:
    """Without what another case took over: there it stays."""
    shared = await session.scalars(
        select(func.unnest(CaseMaterial.files)).where(CaseMaterial.files.overlap(list(files)))
    )
    return files - set(shared)


async def close_done(session: AsyncSession) -> None:
    """Lists of which no case is left to do."""
    left = exists().where(Archive.disposal_id == Disposal.id, Archive.disposed_at.is_(None))
    await session.execute(
        update(Disposal)
        .where(Disposal.state == "approved", ~left)
        .values(state="done", done_at=clock.now())
    )
