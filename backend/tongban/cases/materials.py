"""Materials after acceptance: brought later, scanned, looked at."""

from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from tongban.cases import editing, reading
from tongban.cases.inputs import ActionIn, MaterialIn, MaterialUpdate
from tongban.cases.models import CaseMaterial, Collection
from tongban.cases.policy import situation
from tongban.cases.problems import ActionNotAllowed
from tongban.cases.rules import OPEN, Action, Party
from tongban.cases.schemas import CaseOut
from tongban.cases.transitions import check_version, lock
from tongban.cases.work import Work
from tongban.core.problems import Invalid, NotFound
from tongban.core.settings import Settings
from tongban.files.service import file_response
from tongban.identity.actor import Actor
from tongban.matters.schemas import Material


async def update(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    number: str,
    key: str,
    body: MaterialUpdate,
    if_match: str | None,
) -> CaseOut:
    """Note that a material came or was scanned. Whoever holds a task or the accepting counter
    may, until the case is decided. Raises `NotFound`, `ActionNotAllowed`, `StaleVersion`,
    `Invalid`."""
    work = await lock(session, settings, actor, number, ActionIn(action=Action.SUBMIT_CORRECTION))
    case = work.case
    wanted = line_to_change(work, actor, key)
    check_version(case, if_match)
    present = {m.key: m for m in await editing.materials_of(session, case.id, work.matter)}
    before = present.get(key) or MaterialIn(key=key)
    received = body.received if body.received is not None else before.received
    if isinstance(received, bool):
        received = wanted.kind if received else "none"
    after = before.model_copy(
        update={
            "received": received,
            "files": body.files if body.files is not None else before.files,
            "note": body.note if body.note is not None else before.note,
        }
    )
    if editing.taken_back(work, [before], [after]):
        raise Invalid.field("/received", *editing.TAKEN_BACK)
    await editing.put_materials(session, case, work.matter, [after], actor, work.now, at="")
    await editing.settle_promises(work)
    work.log(
        "material_updated",
        case.status,
        material=key,
        received=str(received),
        files=len(after.files),
    )
    await work.save()
    return await reading.present(session, settings, actor, case)


def line_to_change(work: Work, actor: Actor, key: str) -> Material:
    """The matter's material of this key, where the actor may say what became of it.

    Raises `NotFound`, `ActionNotAllowed`.
    """
    wanted = work.matter.material(key)
    if wanted is None:
        raise NotFound
    view = situation(work.tree, actor, work.case, work.tasks)
    involved = any(t.held for t in view.tasks) or view.parties & {Party.ACCEPTING, Party.REGISTRAR}
    if work.case.status not in OPEN or not involved:
        raise ActionNotAllowed(action="material")
    return wanted


async def open_case_file(
    session: AsyncSession, actor: Actor, number: str, file_id: UUID
) -> Response:
    """A scan or signature that belongs to a case that the actor may see. Raises `NotFound`."""
    case = await reading.find(session, actor, number)
    scanned = exists().where(
        CaseMaterial.case_id == case.id, CaseMaterial.files.contains([file_id])
    )
    signed = exists().where(Collection.case_id == case.id, Collection.signature_file == file_id)
    if not await session.scalar(select(or_(scanned, signed))):
        raise NotFound
    return await file_response(session, file_id)
