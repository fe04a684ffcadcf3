"""Organisations over the API. They stand here, not with the tree, because they ask who is calling
and `organisations` lies below identity. Changing one stands in `cases`, which knows its work."""

from typing import Annotated

from fastapi import Depends, Query

from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.pages import Cursor
from tongban.core.problems import Forbidden, Invalid, NotFound, Unauthenticated
from tongban.identity import organisations
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import ActorDep, require
from tongban.organisations import service
from tongban.organisations.problems import AboveSwitchedOff, UnknownOrganisation
from tongban.organisations.schemas import NewOrganisation, OrganisationPage, OrganisationView
from tongban.organisations.tree import Kind

router = Router(
    prefix="/organisations", tags=["organisations"], responses=problem_responses(Unauthenticated)
)


@router.get("", responses=problem_responses(Invalid, UnknownOrganisation))
async def list_organisations(
    _: ActorDep,
    session: SessionDep,
    kind: Kind | None = None,
    parent: Annotated[str | None, Query(max_length=40)] = None,
    q: Annotated[
        str | None,
        Query(max_length=60, pattern=r"^[^\x00]*$", description="In the name, or a code"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=5000, description="Enough for a whole district")] = 5000,
    cursor: Cursor = None,
) -> OrganisationPage:
    """The tree as a flat list, parents before children; the whole of it on one page by default."""
    return await service.list_organisations(
        session, kind=kind, parent=parent, q=q, limit=limit, cursor=cursor
    )


@router.get("/{code}", responses=problem_responses(NotFound))
async def get_organisation(code: str, _: ActorDep, session: SessionDep) -> OrganisationView:
    """One organisation with what only its kind has."""
    return await service.get_organisation(session, code)


@router.post(
    "",
    status_code=201,
    responses=problem_responses(Forbidden, UnknownOrganisation, AboveSwitchedOff, Invalid),
)
async def add_organisation(
    new: NewOrganisation,
    actor: Annotated[Actor, Depends(require(Permission.ORGANISATIONS_EDIT))],
    session: SessionDep,
) -> OrganisationView:
    """Put an organisation below another; a street comes with its hall, a hall with its windows."""
    return await organisations.add_organisation(session, actor, new)
