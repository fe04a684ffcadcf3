"""People: what is known of somebody at the counter, and full data for a reason."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import personal, presenting, reading, reuse
from tongban.cases import schemas as s
from tongban.cases.clocks import viewer_for
from tongban.cases.models import Case, CaseMaterial, CasePersonal
from tongban.cases.policy import VISIBLE, readable_scope, seen_by
from tongban.cases.rules import Status
from tongban.cases.sealing import restore
from tongban.core.privacy import blind_index
from tongban.core.settings import Settings
from tongban.files.models import File
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.matters.service import version
from tongban.organisations.schemas import OrganisationRef
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

_SHOWN = 20


async def reveal(session: AsyncSession, actor: Actor, number: str, reason: str) -> s.RevealOut:
    """The full personal data of a case; who looked and why is in the audit log."""
    case = await reading.find(session, actor, number)
    tree = await get_tree(session)
    secrets = await personal.load(session, tree, actor, case.id)
    await audit.record(
        session,
        actor=actor,
        action="personal.revealed",
        subject=f"case:{case.number or case.id}",
        reason=reason,
        details={"fields": sorted(secrets)},
    )
    real = restore({"applicant": case.applicant, "agent": case.agent, "form": case.form}, secrets)
    return s.RevealOut(
        applicant=s.ApplicantOut(**real["applicant"]),
        agent=s.AgentOut(**real["agent"]) if real["agent"] else None,
        form=real["form"],
    )


async def search(
    session: AsyncSession, settings: Settings, actor: Actor, id_number: str
) -> s.PersonOut:
    """Earlier cases of whoever has this number, newest first, and papers that serve again."""
    tree = await get_tree(session)
    await personal.set_scope(session, tree, actor)
    index = blind_index("id_number", id_number)
    mine = (
        select(CasePersonal.case_id)
        .where(or_(CasePersonal.id_index == index, CasePersonal.agent_index == index))
        .scalar_subquery()
    )
    found = await session.execute(
        select(Case, Staff.username, Staff.name)
        .join(Staff, Staff.id == Case.registered_by)
        .where(Case.id.in_(mine), VISIBLE, Case.status != Status.DRAFT)
        .order_by(Case.registered_at.desc())
        .limit(_SHOWN),
        seen_by(actor, readable_scope(tree, actor)),
    )
    rows = found.all()
    viewer = await viewer_for(session, settings, tree)
    cases = {
        row.Case.id: presenting.case_row(viewer, row.Case, (row.username, row.name)) for row in rows
    }
    reusable = await _reusable(session, tree, [row.Case for row in rows])
    elsewhere = await reuse.offered(session, tree, actor, index)
    return s.PersonOut(cases=list(cases.values()), reusable=reusable, elsewhere=elsewhere)


async def _reusable(
    session: AsyncSession, tree: Tree, cases: list[Case]
) -> list[s.ReusableMaterial]:
    """The newest checked paper of each kind, seen as an original at a counter (grade B)."""
    by_id = {case.id: case for case in cases}
    found = await session.scalars(
        select(CaseMaterial)
        .where(
            CaseMaterial.case_id.in_(by_id),
            CaseMaterial.document_kind.is_not(None),
            CaseMaterial.received.in_(reuse.SEEN_AS_ORIGINAL),
        )
        .order_by(CaseMaterial.checked_at.desc())
    )
    newest: dict[str, CaseMaterial] = {}
    for row in found:
        newest.setdefault(str(row.document_kind), row)
    files = await _files(session, [file for row in newest.values() for file in row.files])
    shown = []
    for kind, row in newest.items():
        case = by_id[row.case_id]
        matter = await version(session, case.matter_version_id)
        material = matter.material(row.key)
        unit = tree[case.accepting_id]
        if material is None or row.checked_at is None:
            continue
        shown.append(
            s.ReusableMaterial(
                document_kind=kind,
                name=material.name,
                received=row.received,
                checked_at=row.checked_at,
                checked_at_organisation=OrganisationRef(code=unit.code, name=unit.name),
                files=[files[file] for file in row.files if file in files],
                case_number=case.number or "",
            )
        )
    return shown


async def _files(session: AsyncSession, ids: list[UUID]) -> dict[UUID, s.FileRef]:
    if not ids:
        return {}
    found = await session.scalars(select(File).where(File.id.in_(ids)))
    return {
        file.id: s.FileRef(id=file.id, name=file.name, media_type=file.media_type, size=file.size)
        for file in found
    }
