"""Papers that another street of the district checked before (材料复用).

Whoever takes an application in and holds the applicant's number is told that such a paper exists:
its title and the day. Matter, case, office and content stay hidden until the paper is
taken over into a case of the same person, for a reason that both histories keep.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import editing, materials, personal, reading
from tongban.cases import schemas as s
from tongban.cases.inputs import ActionIn, MaterialIn, ReuseIn
from tongban.cases.models import Case, CaseMaterial, CasePersonal
from tongban.cases.policy import VISIBLE, readable_scope, seen_by
from tongban.cases.rules import Action, Status
from tongban.cases.transitions import lock
from tongban.core.db import AnyRow
from tongban.core.problems import NotFound
from tongban.core.settings import Settings
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.matters.service import versions
from tongban.organisations.tree import Tree

SEEN_AS_ORIGINAL = ("original", "original_and_copy")


async def offered(
    session: AsyncSession, tree: Tree, actor: Actor, index: bytes
) -> list[s.MaterialElsewhere]:
    """The newest scan of each kind of document that lies outside what the actor may see.

    `index`: the blind index of the person's number. What is told is noted in the audit log, by
    the case that it comes from.
    """
    if not actor.can(Permission.CASES_CREATE):
        return []
    ids = await _cases_in_district(session, tree, actor, index)
    hidden = _serving(ids).where(~VISIBLE).order_by(CaseMaterial.checked_at.desc())
    rows = (await session.execute(hidden, seen_by(actor, readable_scope(tree, actor)))).all()
    newest: dict[str, AnyRow] = {}
    for row in rows:
        newest.setdefault(row.document_kind, row)
    for number in sorted({row.number for row in newest.values()}):
        await audit.record(
            session, actor=actor, action="material.offered", subject=f"case:{number}"
        )
    matters = await versions(session, {row.matter_version_id for row in newest.values()})
    return [
        s.MaterialElsewhere(
            source_case=row.case_id,
            source_key=row.key,
            document_kind=kind,
            name=material.name,
            checked_at=row.checked_at,
        )
        for kind, row in newest.items()
        if (material := matters[row.matter_version_id].material(row.key))
    ]


async def take_over(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    number: str,
    key: str,
    body: ReuseIn,
) -> s.CaseOut:
    """Put an earlier scan of the same person's paper into a case that the actor works on.

    Raises `NotFound` for a paper of somebody else, of another kind or another district, and what
    `materials.line_to_change` raises.
    """
    change = ActionIn(action=Action.SUBMIT_CORRECTION, comment=body.reason)
    work = await lock(session, settings, actor, number, change)
    wanted = materials.line_to_change(work, actor, key)
    await personal.set_scope(session, work.tree, actor)
    index = await session.scalar(
        select(CasePersonal.id_index).where(CasePersonal.case_id == work.case.id)
    )
    ids = await _cases_in_district(session, work.tree, actor, index) if index else []
    source = (
        await session.execute(
            _serving(ids).where(
                CaseMaterial.case_id == body.source_case,
                CaseMaterial.key == body.source_key,
                CaseMaterial.document_kind == wanted.document_kind,
            )
        )
    ).one_or_none()
    if source is None:
        raise NotFound
    checked_on = source.checked_at.astimezone(settings.zone).date()
    line = MaterialIn(
        key=key,
        received="electronic",
        files=source.files,
        note=f"复用{checked_on.isoformat()}核验的材料",
    )
    await editing.put_materials(
        session, work.case, work.matter, [line], actor, work.now, known=source.files
    )
    await editing.settle_promises(work)
    work.log("material_reused", work.case.status, material=key, checked_on=checked_on.isoformat())
    await work.save()
    await audit.record(
        session,
        actor=actor,
        action="material.reused",
        subject=f"case:{source.number}",
        reason=body.reason,
        details={"material": body.source_key, "into": work.case.number or str(work.case.id)},
    )
    return await reading.present(session, settings, actor, work.case)


async def _cases_in_district(
    session: AsyncSession, tree: Tree, actor: Actor, index: bytes
) -> list[UUID]:
    district = tree.district_of(tree[actor.organisation_id])
    if district is None:
        return []
    return await personal.cases_of(session, tree, actor, index, district)


def _serving(case_ids: Iterable[UUID]) -> Select[*tuple[Any, ...]]:
    """Scans of papers that serve again, seen as originals at a counter (grade B)."""
    return (
        select(
            CaseMaterial.case_id,
            CaseMaterial.key,
            CaseMaterial.document_kind,
            CaseMaterial.checked_at,
            CaseMaterial.files,
            Case.number,
            Case.matter_version_id,
        )
        .join(Case, Case.id == CaseMaterial.case_id)
        .where(
            CaseMaterial.case_id.in_(case_ids),
            CaseMaterial.document_kind.is_not(None),
            CaseMaterial.received.in_(SEEN_AS_ORIGINAL),
            func.cardinality(CaseMaterial.files) > 0,
            Case.status != Status.DRAFT,
        )
    )
