"""What of the catalogue needs routes: the preview, the checks and publishing."""

from typing import Annotated, Any

from fastapi import Body, Query, Request

from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses, request_language
from tongban.core.problems import Forbidden, NotFound, StaleVersion, Unauthenticated
from tongban.identity.service import SettingsDep
from tongban.matters.answers import ImportReport, MatterOut
from tongban.matters.catalogue import get_matter
from tongban.matters.inputs import PublishIn, ReasonIn
from tongban.matters.problems import BrokenCatalogue, NothingChanged, WrongMatterStatus
from tongban.matters.routes import Code, Editor, IfMatch, Reader, Which
from tongban.routing import publishing, service
from tongban.routing.problems import BrokenProcess, NotPublishable, RouteUnresolved
from tongban.routing.schemas import CheckReport, RoutePreview

router = Router(prefix="/matters", tags=["matters"], responses=problem_responses(Unauthenticated))

OrganisationCode = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]+$")]


@router.get(
    "/{code}/route-preview",
    responses=problem_responses(NotFound, BrokenProcess, RouteUnresolved),
)
async def preview_route(
    code: Code,
    _: Reader,
    session: SessionDep,
    settings: SettingsDep,
    accepting: Annotated[OrganisationCode, Query(description="Where the resident walks in")],
    home: Annotated[OrganisationCode, Query(description="Community of household or residence")],
    version: Which = None,
) -> RoutePreview:
    """The concrete route of a case for a pair of organisations; out of scope it says so."""
    return await service.preview(session, settings, code, accepting, home, version)


@router.post("/import", responses=problem_responses(Forbidden, BrokenCatalogue))
async def import_matters(
    body: Annotated[list[Any], Body(max_length=2000, description="Matters as `export` gives them")],
    actor: Editor,
    session: SessionDep,
    request: Request,
    dry_run: Annotated[bool, Query(description="Check and compare, change nothing")] = False,
) -> ImportReport:
    """Publish what is new or changed, and say what that is; one error and nothing changes."""
    language = request_language(request)
    return await publishing.import_matters(session, body, actor, dry_run=dry_run, language=language)


@router.post("/{code}/draft/check", responses=problem_responses(NotFound))
async def check_matter_draft(
    code: Code, _: Reader, session: SessionDep, request: Request
) -> CheckReport:
    """Everything that stands against publishing the draft."""
    return await publishing.check_draft(session, code, request_language(request))


@router.post(
    "/{code}/publish",
    responses=problem_responses(NotFound, Forbidden, NothingChanged, StaleVersion, NotPublishable),
)
async def publish_matter_draft(
    code: Code,
    actor: Editor,
    session: SessionDep,
    body: PublishIn | None = None,
    if_match: IfMatch = None,
) -> MatterOut:
    """Put the draft into force; refused with every error that the check finds."""
    note = body.note if body else ""
    await publishing.publish(session, actor, code, note, if_match)
    return await get_matter(session, code)


@router.post(
    "/{code}/reactivate",
    responses=problem_responses(NotFound, Forbidden, WrongMatterStatus, NotPublishable),
)
async def reactivate_matter(
    code: Code, body: ReasonIn, actor: Editor, session: SessionDep
) -> MatterOut:
    """Bring a retired matter back."""
    await publishing.reactivate(session, actor, code, body.reason)
    return await get_matter(session, code)
