"""`/archives`, `/disposals`: archived cases handed on, and destroyed when their time is over."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import StreamingResponse

from tongban.cases import problems as p
from tongban.cases import sheets
from tongban.cases.archives import disposals, exporting
from tongban.cases.archives import schemas as s
from tongban.cases.lists import XLSX
from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.pages import Page
from tongban.core.problems import Forbidden, NotFound
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import SettingsDep, require

router = Router(tags=["archives"])

Exporter = Annotated[Actor, Depends(require(Permission.ARCHIVES_EXPORT), scope="function")]
Proposer = Annotated[Actor, Depends(require(Permission.ARCHIVES_DISPOSE), scope="function")]
Approver = Annotated[Actor, Depends(require(Permission.ARCHIVES_APPROVE), scope="function")]
Keeper = Annotated[
    Actor,
    Depends(
        require(
            Permission.ARCHIVES_EXPORT, Permission.ARCHIVES_DISPOSE, Permission.ARCHIVES_APPROVE
        ),
        scope="function",
    ),
]


@router.get("/archives", responses=problem_responses(Forbidden, p.UnknownOrganisation))
async def list_archives(
    actor: Keeper,
    session: SessionDep,
    settings: SettingsDep,
    query: Annotated[s.ArchiveQuery, Query()],
) -> Page[s.ArchiveRow]:
    """Archived cases of an organisation, those whose retention ends first in front."""
    return await disposals.list_archives(session, settings, actor, query)


@router.post(
    "/archives/export",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/zip": {}}, "description": "BagIt package"},
        **problem_responses(p.UnknownOrganisation, p.NothingToExport, p.TooManyToExport),
    },
)
async def export_archives(
    body: s.ArchiveExportIn, actor: Exporter, session: SessionDep, settings: SettingsDep
) -> StreamingResponse:
    """Archived cases, complete and unmasked, as one package for an archive; audited."""
    found = await exporting.export(session, settings, actor, body)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}.zip"'}
    return StreamingResponse(found.pieces(), media_type="application/zip", headers=headers)


@router.get("/disposals")
async def list_disposals(
    actor: Keeper, session: SessionDep, state: s.DisposalState | None = None
) -> list[s.DisposalOut]:
    """Lists of cases to be destroyed, newest first, at most 200."""
    return await disposals.list_disposals(session, actor, state)


@router.post(
    "/disposals", status_code=201, responses=problem_responses(Forbidden, p.UnknownOrganisation)
)
async def propose_disposal(
    body: s.DisposalIn, actor: Proposer, session: SessionDep, settings: SettingsDep
) -> s.DisposalDetail:
    """Propose to destroy cases whose retention is over."""
    return await disposals.propose(session, settings, actor, body)


@router.get("/disposals/{disposal_id}", responses=problem_responses(NotFound))
async def get_disposal(disposal_id: UUID, actor: Keeper, session: SessionDep) -> s.DisposalDetail:
    """A list with its cases; once done, the record of what was destroyed (销毁清册)."""
    return await disposals.read(session, actor, disposal_id)


@router.get(
    "/disposals/{disposal_id}/register.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "Excel"}, **problem_responses(NotFound)},
)
async def export_disposal(disposal_id: UUID, actor: Keeper, session: SessionDep) -> Response:
    """销毁清册 as an Excel sheet, to be signed."""
    content = sheets.disposal(await disposals.read(session, actor, disposal_id))
    headers = {"Content-Disposition": 'attachment; filename="register.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


@router.post(
    "/disposals/{disposal_id}/decision",
    responses=problem_responses(NotFound, p.OwnProposal, p.AlreadyDecided),
)
async def decide_disposal(
    disposal_id: UUID, body: s.DisposalDecisionIn, actor: Approver, session: SessionDep
) -> s.DisposalDetail:
    """Approve or reject somebody else's list; what is approved is destroyed for good."""
    return await disposals.decide(session, actor, disposal_id, body)
