"""What printers print: made while the clerk asks, with the clerk's rights; gone when it is over."""

import base64
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import papers, reading
from tongban.cases.documents.wording import progress_url
from tongban.cases.models import Case
from tongban.cases.presenting import due_on
from tongban.core.privacy import seal, unseal
from tongban.core.problems import NotFound
from tongban.core.settings import Settings
from tongban.devices import schemas as s
from tongban.devices.access import window_ref
from tongban.devices.models import Bridge, Command, PrintDocument
from tongban.devices.problems import CommandOver
from tongban.devices.rules import OPEN, CommandKind
from tongban.identity.actor import Actor
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

_PAPERS = {
    "receipt": papers.receipt,
    "notice": papers.notice,
    "conclusion": papers.conclusion,
    "handover": papers.handover,
}
PDF, SLIP = "application/pdf", "application/json"


def _place(command_id: UUID) -> str:
    return f"print_documents.sealed:{command_id}"


async def make(session: AsyncSession, settings: Settings, actor: Actor, command: Command) -> None:
    """Make and keep what a command prints, if it prints. Raises `NotFound`, `NoPaper`."""
    number = command.parameters.get("case_number", "")
    if command.kind == CommandKind.PRINT:
        paper = _PAPERS[command.parameters["document"]]
        media_type, content = PDF, await paper(session, settings, actor, number)
    elif command.kind == CommandKind.PRINT_SLIP:
        case = await reading.find(session, actor, number)
        slip = _slip(settings, await get_tree(session), case)
        media_type, content = SLIP, slip.model_dump_json().encode()
    else:
        return
    sealed = seal(base64.b64encode(content).decode(), _place(command.id))
    session.add(PrintDocument(command_id=command.id, media_type=media_type, sealed=sealed))
    await session.flush()


def _slip(settings: Settings, tree: Tree, case: Case) -> s.Slip:
    """办件凭条: what a resident needs to ask how it stands. Names nobody."""
    if case.number is None:
        raise NotFound
    lines = {
        "事项": case.matter_name,
        "办件编号": case.number,
        "查询码": case.query_code,
        "受理机构": window_ref(tree, case.accepting_id).name,
        "承诺办结": str(due_on(case, case.due_on) or ""),
    }
    return s.Slip(
        title="办件凭条",
        lines=[s.SlipLine(label=label, value=value) for label, value in lines.items() if value],
        qr=progress_url(settings.public_url, case.number),
    )


async def of(session: AsyncSession, bridge: Bridge, command_id: UUID) -> tuple[bytes, str]:
    """What a bridge is to print and its media type. Printing again needs a new command.

    Raises `NotFound`, `CommandOver`.
    """
    found = await session.execute(
        select(Command.state, PrintDocument.media_type, PrintDocument.sealed)
        .join(PrintDocument, PrintDocument.command_id == Command.id, isouter=True)
        .where(
            Command.id == command_id,
            Command.window_id == bridge.window_id,
            Command.target == bridge.kind,
            Command.kind.in_((CommandKind.PRINT, CommandKind.PRINT_SLIP)),
        )
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    if row.state not in OPEN or row.sealed is None:
        raise CommandOver
    return base64.b64decode(unseal(row.sealed, _place(command_id))), row.media_type


async def drop(session: AsyncSession) -> int:
    """Drop what was printed, or never will be. Returns how many."""
    over = select(Command.id).where(Command.state.not_in(OPEN))
    gone = await session.scalars(
        delete(PrintDocument)
        .where(PrintDocument.command_id.in_(over))
        .returning(PrintDocument.command_id)
    )
    return len(gone.all())
