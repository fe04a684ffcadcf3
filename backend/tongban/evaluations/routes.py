"""`/cases/{number}/evaluation`: whether there is one, for who would ask for it."""

from typing import Annotated

from fastapi import Depends

from tongban.cases import reading
from tongban.core.db import SessionDep
from tongban.core.http import Router
from tongban.core.schemas import OutputModel
from tongban.evaluations.service import is_answered
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import require

router = Router(tags=["evaluations"])

Clerk = Annotated[Actor, Depends(require(Permission.CASES_CREATE), scope="function")]


class EvaluationState(OutputModel):
    """`answered`: the applicant has answered, be it by passing; what they said is not told."""

    answered: bool


@router.get("/cases/{number}/evaluation")
async def get_evaluation(number: str, actor: Clerk, session: SessionDep) -> EvaluationState:
    """Whether the applicant has evaluated a case and is not to be asked again."""
    case = await reading.find(session, actor, number)
    return EvaluationState(answered=await is_answered(session, case.id))
