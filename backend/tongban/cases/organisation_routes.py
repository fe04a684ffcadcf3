"""`PATCH /organisations/…`, `/organisations/…/use`: here, because what an organisation has in hand
says whether it may be switched off."""

from typing import Annotated

from fastapi import Depends

from tongban.cases import organisations
from tongban.cases.organisations import OrganisationUse
from tongban.cases.problems import StillHasTasks
from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.problems import Forbidden, NotFound, Unauthenticated
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import require
from tongban.organisations.problems import AboveSwitchedOff, LastHall, MustStayOn, NameTaken
from tongban.organisations.schemas import OrganisationChange, OrganisationView

router = Router(
    prefix="/organisations",
    tags=["organisations"],
    responses=problem_responses(Unauthenticated, Forbidden, NotFound),
)

Keeper = Annotated[Actor, Depends(require(Permission.ORGANISATIONS_EDIT), scope="function")]


@router.get("/{code}/use")
async def get_use(code: str, actor: Keeper, session: SessionDep) -> OrganisationUse:
    """What an organisation has in hand; to be looked at before it is switched off."""
    return await organisations.get_use(session, actor, code)


@router.patch(
    "/{code}",
    responses=problem_responses(NameTaken, MustStayOn, LastHall, AboveSwitchedOff, StillHasTasks),
)
async def change_organisation(
    code: str, change: OrganisationChange, actor: Keeper, session: SessionDep
) -> OrganisationView:
    """Rename an organisation, say how to reach it, or switch it on or off, and with it all below;
    not off while there are open tasks."""
    return await organisations.change_organisation(session, actor, code, change)
