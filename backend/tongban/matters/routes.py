"""`/matters`: the catalogue. Preview, checks, publishing and import are routing's."""

from typing import Annotated, Literal

from fastapi import Depends, Header, Path, Query, Request, Response
from pydantic import StringConstraints

from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses, request_language
from tongban.core.pages import Cursor
from tongban.core.problems import (
    Forbidden,
    Invalid,
    NotFound,
    StaleVersion,
    Unauthenticated,
    VersionRequired,
)
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import require
from tongban.matters import answers as a
from tongban.matters import catalogue, drafts, offerings
from tongban.matters import problems as p
from tongban.matters.inputs import OfferingsIn, ReasonIn
from tongban.matters.schemas import Content

router = Router(prefix="/matters", tags=["matters"], responses=problem_responses(Unauthenticated))

Reader = Annotated[Actor, Depends(require(Permission.CATALOGUE_READ), scope="function")]
Editor = Annotated[Actor, Depends(require(Permission.CATALOGUE_EDIT), scope="function")]
Code = Annotated[str, Path(max_length=40, pattern=r"^[^\x00]+$")]
Number = Annotated[int, Path(ge=1, le=999_999_999)]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=40)]
WHICH = r"^(draft|[1-9]\d{0,8})$"
Which = Annotated[
    str | None,
    Query(
        pattern=WHICH,
        description="A version's number, or `draft`; the published version without",
    ),
]


def _tagged(draft: a.DraftOut, response: Response) -> a.DraftOut:
    response.headers["ETag"] = f'"{draft.revision}"'
    return draft


@router.get("", responses=problem_responses(Invalid))
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


@router.get("/export", responses=problem_responses(Invalid, p.UnknownMatter))
async def export_matters(
    _: Reader,
    session: SessionDep,
    codes: Annotated[
        list[Annotated[str, StringConstraints(max_length=40, pattern=r"^[!-~]+$")]] | None,
        Query(max_length=200, description="All active ones without"),
    ] = None,
) -> list[Content]:
    """Published matters in the shape that an import takes."""
    return await catalogue.export(session, codes)


@router.post("", status_code=201, responses=problem_responses(Forbidden, p.MatterExists))
async def create_matter(
    content: Content, actor: Editor, session: SessionDep, response: Response
) -> a.DraftOut:
    """A new matter, as a draft; nobody can apply for it before it is published."""
    return _tagged(await drafts.create_matter(session, actor, content), response)


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


@router.get("/{code}/compare", responses=problem_responses(NotFound))
async def compare_matter_versions(
    code: Code,
    _: Reader,
    session: SessionDep,
    request: Request,
    before: Annotated[str, Query(alias="from", pattern=WHICH)],
    after: Annotated[str, Query(alias="to", pattern=WHICH)],
) -> a.Comparison:
    """What differs between two versions; either can be `draft`."""
    language = request_language(request)
    return await catalogue.compare_versions(session, code, before, after, language)


@router.get("/{code}/draft", responses=problem_responses(NotFound))
async def get_matter_draft(
    code: Code, _: Reader, session: SessionDep, response: Response
) -> a.DraftOut:
    """The draft beside the live version."""
    return _tagged(await drafts.get_draft(session, code), response)


@router.post(
    "/{code}/draft",
    status_code=201,
    responses=problem_responses(NotFound, Forbidden, p.DraftExists),
)
async def start_matter_draft(
    code: Code, actor: Editor, session: SessionDep, response: Response
) -> a.DraftOut:
    """Begin a draft from the published version."""
    return _tagged(await drafts.start_draft(session, actor, code), response)


@router.put(
    "/{code}/draft",
    responses=problem_responses(NotFound, Forbidden, VersionRequired, StaleVersion),
)
async def save_matter_draft(
    code: Code,
    content: Content,
    actor: Editor,
    session: SessionDep,
    response: Response,
    if_match: IfMatch = None,
) -> a.DraftOut:
    """Replace the draft's content; If-Match is the revision that was edited."""
    return _tagged(await drafts.save_draft(session, actor, code, content, if_match), response)


@router.delete(
    "/{code}/draft",
    status_code=204,
    response_class=Response,
    responses=problem_responses(NotFound, Forbidden, VersionRequired, StaleVersion),
)
async def discard_matter_draft(
    code: Code, actor: Editor, session: SessionDep, if_match: IfMatch = None
) -> None:
    """Throw the draft away, and with it a matter that never was published."""
    await drafts.discard_draft(session, actor, code, if_match)


@router.post(
    "/{code}/retire",
    responses=problem_responses(NotFound, Forbidden, p.WrongMatterStatus),
)
async def retire_matter(
    code: Code, body: ReasonIn, actor: Editor, session: SessionDep
) -> a.MatterOut:
    """Take a matter out of service; its cases go on."""
    await drafts.retire(session, actor, code, body.reason)
    return await catalogue.get_matter(session, code)


@router.get("/{code}/offerings", responses=problem_responses(NotFound))
async def get_offerings(code: Code, actor: Reader, session: SessionDep) -> a.Offerings:
    """Where the matter is not offered, or offered again below such a place."""
    return await offerings.get_offerings(session, actor, code)


@router.put("/{code}/offerings", responses=problem_responses(NotFound, Forbidden))
async def set_offerings(
    code: Code, body: OfferingsIn, actor: Editor, session: SessionDep
) -> a.Offerings:
    """Replace the exceptions at and below the organisations whose catalogue the caller edits."""
    return await offerings.set_offerings(session, actor, code, body)
