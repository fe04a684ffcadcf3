"""What of the catalogue needs routes: the preview, the checks and publishing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from tongban.core.db import SessionDep
from tongban.core.http import problem_responses
from tongban.core.problems import NotFound, Unauthenticated
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import require
from tongban.matters.routes import Code, Which
from tongban.routing import service
from tongban.routing.problems import BrokenProcess, RouteUnresolved
from tongban.routing.schemas import RoutePreview

router = APIRouter(
    prefix="/matters", tags=["matters"], responses=problem_responses(Unauthenticated)
)

Reader = Annotated[Actor, Depends(require(Permission.CATALOGUE_READ), scope="function")]
OrganisationCode = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]+$")]


@router.get(
    "/{code}/route-preview",
    responses=problem_responses(NotFound, BrokenProcess, RouteUnresolved),
)
async def preview_route(
    code: Code,
    _: Reader,
    session: SessionDep,
    accepting: Annotated[OrganisationCode, Query(description="Where the resident walks in")],
    home: Annotated[OrganisationCode, Query(description="Community of household or residence")],
    version: Which = None,
) -> RoutePreview:
    """The concrete route of a case for a pair of organisations; out of scope it says so."""
    return await service.preview(session, code, accepting, home, version)
