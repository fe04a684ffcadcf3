"""`/matters`: the catalogue. Preview, checks, publishing and import are routing's."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from tongban.core.db import SessionDep
from tongban.core.http import problem_responses
from tongban.core.pages import Cursor
from tongban.core.problems import NotFound, Unauthenticated
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import require
from tongban.matters import answers as a
from tongban.matters import catalogue

router = APIRouter(
    prefix="/matters", tags=["matters"], responses=problem_responses(Unauthenticated)
)

Reader = Annotated[Actor, Depends(require(Permission.CATALOGUE_READ), scope="function")]
Code = Annotated[str, Path(max_length=40, pattern=r"^[^\x00]+$")]
Number = Annotated[int, Path(ge=1, le=999_999_999)]
Which = Annotated[
    str | None,
    Query(
        pattern=r"^(draft|[1-9]\d{0,8})$",
        description="A version's number, or `draft`; the published version without",
    ),
]


@router.get("")
async def list_matters(
    _: Reader,
    session: SessionDep,
    q: Annotated[
        str | None,
        Query(max_length=60, pattern=r"^[^\x00]*$", description="In the name, or a code"),
    ] = None,
    category: Annotated[str | None, Query(max_length=60)] = None,
    level: Literal["street", "community"] | None = None,
    scope: Literal["own_community", "same_street", "whole_district"] | None = None,
    status: Literal["draft", "active", "retired"] | None = None,
    handling: Literal["direct", "carried", "filing"] | None = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Enough for a whole catalogue")] = 1000,
    cursor: Cursor = None,
) -> a.MatterPage:
    """The catalogue; the whole of it on one page by default."""
    filters = catalogue.Filters(q, category, level, scope, status, handling)
    return await catalogue.list_matters(session, filters, limit=limit, cursor=cursor)


@router.get("/{code}", responses=problem_responses(NotFound))
async def get_matter(code: Code, _: Reader, session: SessionDep) -> a.MatterOut:
    """One matter with form, materials and process."""
    return await catalogue.get_matter(session, code)


@router.get("/{code}/versions", responses=problem_responses(NotFound))
async def list_matter_versions(code: Code, _: Reader, session: SessionDep) -> list[a.VersionRow]:
    """Every version that is or was in force, the newest first."""
    return await catalogue.list_versions(session, code)


@router.get("/{code}/versions/{number}", responses=problem_responses(NotFound))
async def get_matter_version(
    code: Code, number: Number, _: Reader, session: SessionDep
) -> a.VersionOut:
    """One version that is or was in force."""
    return await catalogue.get_version(session, code, number)
