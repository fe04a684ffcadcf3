"""`/tasks/…/units`, `/tasks/…/takers`, `/staff/…/takers`, `/holders`: where and to whom one may
hand work on."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query

from tongban.cases import colleagues
from tongban.cases import problems as p
from tongban.cases.colleagues import Colleague
from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.problems import Forbidden, NotFound
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import require
from tongban.organisations.schemas import OrganisationRef

router = Router(tags=["cases"])

Reader = Annotated[Actor, Depends(require(Permission.CASES_READ), scope="function")]
Reassigner = Annotated[Actor, Depends(require(Permission.CASES_REASSIGN), scope="function")]
Words = Annotated[
    str | None,
    Query(max_length=60, pattern=r"^[^\x00]*$", description="Part of a name, start of a username"),
]


@router.get("/tasks/{task_id}/units", responses=problem_responses(NotFound, p.ActionNotAllowed))
async def list_units_of_task(
    task_id: UUID, actor: Reader, session: SessionDep
) -> list[OrganisationRef]:
    """Where this open task can go, for who may transfer it."""
    return await colleagues.units_of_task(session, actor, task_id)


@router.get(
    "/tasks/{task_id}/takers",
    responses=problem_responses(
        NotFound, p.ActionNotAllowed, p.UnknownOrganisation, p.OutsideRoute
    ),
)
async def list_takers_of_task(
    task_id: UUID,
    actor: Reader,
    session: SessionDep,
    organisation: Annotated[
        str | None, Query(max_length=40, description="Code: where the task would go")
    ] = None,
    q: Words = None,
) -> list[Colleague]:
    """Who can take this open task, for who may transfer it; at most 50."""
    return await colleagues.takers_of_task(session, actor, task_id, organisation, q)


@router.get("/staff/{username}/takers", responses=problem_responses(NotFound, Forbidden))
async def list_takers_of_all(
    username: Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$")],
    actor: Reassigner,
    session: SessionDep,
    q: Words = None,
) -> list[Colleague]:
    """Who can take all open tasks of somebody who leaves; at most 50."""
    return await colleagues.takers_of_all(session, actor, username, q)


@router.get("/holders")
async def list_holders(actor: Reassigner, session: SessionDep, q: Words = None) -> list[Colleague]:
    """Who holds open tasks below the caller's organisations; at most 50."""
    return await colleagues.holders(session, actor, q)
