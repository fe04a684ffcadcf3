"""The official calendar over HTTP."""

from typing import Annotated

from fastapi import Depends, Path

from tongban.core import clock
from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.problems import Forbidden
from tongban.deadlines import service
from tongban.deadlines.schemas import CoverageOut, YearIn, YearOut
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import ActorDep, SettingsDep, require

router = Router(prefix="/calendar", tags=["calendar"])

Year = Annotated[int, Path(ge=2000, le=2100)]
Editor = Annotated[Actor, Depends(require(Permission.CALENDAR_EDIT))]


@router.get("")
async def read_calendar_coverage(
    session: SessionDep, _: ActorDep, settings: SettingsDep
) -> CoverageOut:
    """How far the calendar reaches, and which years are missing."""
    today = clock.today(settings.zone)
    return CoverageOut(
        covered_until=await service.covered_until(session),
        missing_years=await service.missing_years(session, today),
    )


@router.get("/{year}")
async def read_calendar_year(session: SessionDep, _: ActorDep, year: Year) -> YearOut:
    """The days of a year that differ from Monday–Friday."""
    return await service.read_year(session, year)


@router.put("/{year}", responses=problem_responses(Forbidden))
async def publish_calendar_year(
    session: SessionDep, actor: Editor, year: Year, body: YearIn
) -> YearOut:
    """Replace a year's exceptions by those of the official notice, and publish it."""
    return await service.publish_year(session, actor, year, body)
