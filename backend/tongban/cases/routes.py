"""`/cases`, `/tasks`, `/ledger`: thin; what they call says what happens."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Response

from tongban.cases import (
    intake,
    ledger,
    lists,
    materials,
    papers,
    persons,
    reading,
    reassignment,
    reuse,
    todo,
    transitions,
)
from tongban.cases import problems as p
from tongban.cases import schemas as s
from tongban.cases.inputs import (
    ActionIn,
    CaseEdit,
    CaseIn,
    HandOverIn,
    MaterialUpdate,
    PersonIn,
    ReuseIn,
    RevealIn,
)
from tongban.cases.lists import XLSX
from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.pages import Page
from tongban.core.problems import Invalid, NotFound, StaleVersion, VersionRequired
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.identity.service import (
    Committing,
    Glance,
    Glancing,
    Look,
    Reading,
    SettingsDep,
    require,
)

router = Router(tags=["cases"])

Creator = Annotated[Actor, Depends(require(Permission.CASES_CREATE), scope="function")]
Reader = Annotated[Actor, Depends(require(Permission.CASES_READ), scope="function")]
Onlooker = Annotated[Look, Depends(Reading(Permission.CASES_READ))]
Glancer = Annotated[Glance, Depends(Glancing(Permission.CASES_READ))]
Registrar = Annotated[Look, Depends(Committing(Permission.CASES_CREATE))]
LedgerReader = Annotated[Actor, Depends(require(Permission.LEDGER_READ), scope="function")]
Revealer = Annotated[Actor, Depends(require(Permission.PERSONAL_REVEAL), scope="function")]
Reassigner = Annotated[Actor, Depends(require(Permission.CASES_REASSIGN), scope="function")]

Number = Annotated[str, Path(max_length=40, description="Case number, or the id of a draft")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=100)]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=40)]

PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}}, "description": "PDF"}
}


def attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _pdf(content: bytes, name: str) -> Response:
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


def _tagged(case: s.CaseOut, response: Response) -> s.CaseOut:
    response.headers["ETag"] = f'"{case.version}"'
    return case


@router.post(
    "/cases",
    status_code=201,
    responses=problem_responses(
        p.UnknownMatter, p.OutsideScope, p.NotOffered, p.NotYourCounter, p.KeyReused
    ),
)
async def create_case(
    body: CaseIn, registrar: Registrar, response: Response, key: Key = None
) -> s.CaseOut:
    """Register a case: accepted at once, only received, or kept as a draft."""
    case = await intake.create(registrar.session, registrar.settings, registrar.actor, body, key)
    return _tagged(case, response)


@router.get("/cases")
async def list_cases(
    actor: Reader,
    session: SessionDep,
    settings: SettingsDep,
    query: Annotated[lists.CaseQuery, Query()],
) -> Page[s.CaseRow]:
    """Personal (`scope=own`) or comprehensive (`scope=wide`) query, newest first."""
    return await lists.list_cases(session, settings, actor, query)


@router.get("/cases/count")
async def count_cases(
    actor: Reader,
    session: SessionDep,
    settings: SettingsDep,
    filters: Annotated[lists.CaseFilters, Query()],
) -> s.CaseCount:
    """How many cases the filters find; counted up to 10,000, then `more`."""
    return await lists.count_cases(session, settings, actor, filters)


@router.get(
    "/cases.xlsx",
    response_class=Response,
    responses={
        200: {"content": {XLSX: {}}, "description": "Excel"},
        **problem_responses(Invalid, p.TooManyForSheet),
    },
)
async def export_cases(
    actor: Reader,
    session: SessionDep,
    settings: SettingsDep,
    query: Annotated[lists.CaseExport, Query()],
) -> Response:
    """The same query as an Excel sheet, whole or refused above 20,000 rows; audited.

    Personal numbers are masked, whatever columns are asked for.
    """
    content = await lists.export_cases(session, settings, actor, query)
    return Response(content, media_type=XLSX, headers=attachment("cases.xlsx"))


@router.get("/cases/{number}", responses=problem_responses(NotFound))
async def get_case(number: Number, glancer: Glancer, response: Response) -> s.CaseOut:
    """One case with tasks, route, materials and what the caller may do with it."""
    return _tagged(await reading.look_up(glancer, number), response)


@router.patch(
    "/cases/{number}", responses=problem_responses(NotFound, StaleVersion, VersionRequired)
)
async def edit_case(
    number: Number,
    body: CaseEdit,
    actor: Reader,
    session: SessionDep,
    settings: SettingsDep,
    response: Response,
    if_match: IfMatch = None,
) -> s.CaseOut:
    """Correct what a draft or a returned case says; a masked value keeps the stored one."""
    case = await intake.edit(session, settings, actor, number, body, if_match)
    return _tagged(case, response)


@router.delete("/cases/{number}", status_code=204, responses=problem_responses(NotFound))
async def discard_draft(number: Number, actor: Creator, session: SessionDep) -> None:
    """Throw one's own draft away; a case that has a number stays for ever."""
    await intake.discard(session, actor, number)


@router.post(
    "/cases/{number}/actions",
    responses=problem_responses(
        NotFound, p.ActionNotAllowed, p.PromiseOpen, p.PapersOut, StaleVersion, p.KeyReused
    ),
)
async def act_on_case(
    number: Number,
    body: ActionIn,
    actor: Reader,
    session: SessionDep,
    settings: SettingsDep,
    response: Response,
    key: Key = None,
    if_match: IfMatch = None,
) -> s.CaseOut:
    """Take one of the case's `allowed_actions`."""
    case = await transitions.act(session, settings, actor, number, body, key, if_match)
    return _tagged(case, response)


@router.get("/cases/{number}/events")
async def list_case_events(number: Number, actor: Reader, session: SessionDep) -> s.EventsOut:
    """The whole history, oldest first, with the chain verified."""
    return await reading.read_events(session, actor, number)


@router.patch(
    "/cases/{number}/materials/{key}",
    responses=problem_responses(NotFound, p.ActionNotAllowed, StaleVersion),
)
async def update_case_material(
    number: Number,
    key: Annotated[str, Path(max_length=80)],
    body: MaterialUpdate,
    actor: Reader,
    session: SessionDep,
    settings: SettingsDep,
    response: Response,
    if_match: IfMatch = None,
) -> s.CaseOut:
    """Bring a promised material later, or attach its scan."""
    case = await materials.update(session, settings, actor, number, key, body, if_match)
    return _tagged(case, response)


@router.post(
    "/cases/{number}/materials/{key}/reuse",
    responses=problem_responses(NotFound, p.ActionNotAllowed),
)
async def reuse_case_material(
    number: Number,
    key: Annotated[str, Path(max_length=80)],
    body: ReuseIn,
    actor: Creator,
    session: SessionDep,
    settings: SettingsDep,
    response: Response,
) -> s.CaseOut:
    """Take over a paper of the same person that another office of the district checked before."""
    case = await reuse.take_over(session, settings, actor, number, key, body)
    return _tagged(case, response)


@router.get("/cases/{number}/files/{file_id}", response_class=Response)
async def get_case_file(
    number: Number, file_id: UUID, actor: Reader, session: SessionDep
) -> Response:
    """A scanned material, for those who may see the case."""
    return await materials.open_case_file(session, actor, number, file_id)


@router.post("/cases/{number}/reveal")
async def reveal_case(
    number: Number, body: RevealIn, actor: Revealer, session: SessionDep
) -> s.RevealOut:
    """The full personal data, for a reason that the audit log keeps."""
    return await persons.reveal(session, actor, number, body.reason)


@router.get("/cases/{number}/receipt", response_class=Response, responses=PDF)
async def get_receipt(
    number: Number, actor: Reader, session: SessionDep, settings: SettingsDep
) -> Response:
    """受理回执单 of an accepted case; 收件回执 where the papers were only taken in."""
    return _pdf(await papers.receipt(session, settings, actor, number), f"receipt-{number}")


@router.get("/cases/{number}/notice", response_class=Response, responses=PDF)
async def get_notice(
    number: Number, actor: Reader, session: SessionDep, settings: SettingsDep
) -> Response:
    """一次性告知单 while a correction is asked for; 不予受理通知书 once refused; 终止办理通知书
    once terminated."""
    return _pdf(await papers.notice(session, settings, actor, number), f"notice-{number}")


@router.get("/cases/{number}/conclusion", response_class=Response, responses=PDF)
async def get_conclusion_notice(
    number: Number, actor: Reader, session: SessionDep, settings: SettingsDep
) -> Response:
    """办结通知书 of a concluded case."""
    return _pdf(await papers.conclusion(session, settings, actor, number), f"conclusion-{number}")


@router.get("/cases/{number}/handover", response_class=Response, responses=PDF)
async def get_handover_slip(
    number: Number, actor: Reader, session: SessionDep, settings: SettingsDep
) -> Response:
    """代办交接单 of the last time that the papers were carried to the bureau."""
    return _pdf(await papers.handover(session, settings, actor, number), f"handover-{number}")


@router.get("/cases/{number}/archive", response_class=Response)
async def get_archive(number: Number, actor: Reader, session: SessionDep) -> Response:
    """The package of an archived case (zip)."""
    return await papers.archive_package(session, actor, number)


@router.post("/persons/search")
async def search_person(
    body: PersonIn, actor: Reader, session: SessionDep, settings: SettingsDep
) -> s.PersonOut:
    """Earlier cases of a person that the caller may see, and papers that serve again.

    A POST so that the number stands in no log of addresses.
    """
    return await persons.search(session, settings, actor, body.id_number)


@router.get("/tasks")
async def list_tasks(look: Onlooker, query: Annotated[todo.TaskQuery, Query()]) -> s.TaskPage:
    """My queue and the pools of my roles, soonest due first, with counts of the whole."""
    return await todo.list_tasks(look.session, look.settings, look.actor, query)


@router.get("/handovers")
async def list_handovers(
    actor: Reader,
    session: SessionDep,
    settings: SettingsDep,
    query: Annotated[lists.HandoverQuery, Query()],
) -> Page[s.HandoverRow]:
    """Papers carried to bureaus, longest there first."""
    return await lists.list_handovers(session, settings, actor, query)


@router.get("/alarms")
async def list_alarms(actor: Reassigner, session: SessionDep) -> list[s.AlarmOut]:
    """Queues with work but nobody to do it, below the caller's organisations."""
    return await reassignment.alarms(session, actor)


@router.post("/staff/{username}/hand-over")
async def hand_over_tasks(
    username: Annotated[str, Path(max_length=60)],
    body: HandOverIn,
    actor: Reassigner,
    session: SessionDep,
    settings: SettingsDep,
) -> s.HandedOver:
    """Hand on every open task of somebody who leaves, in one step."""
    return await reassignment.hand_over(session, settings, actor, username, body)


@router.get("/ledger")
async def get_ledger(
    actor: LedgerReader,
    session: SessionDep,
    settings: SettingsDep,
    query: Annotated[ledger.LedgerQuery, Query()],
) -> s.LedgerOut:
    """办事台帐: registered cases by period and dimension, with subtotals and totals."""
    return await ledger.ledger(session, settings, actor, query)


@router.get(
    "/ledger.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "Excel"}},
)
async def export_ledger(
    actor: LedgerReader,
    session: SessionDep,
    settings: SettingsDep,
    query: Annotated[ledger.LedgerQuery, Query()],
) -> Response:
    """The ledger as an Excel sheet."""
    content = await ledger.ledger_xlsx(session, settings, actor, query)
    return Response(content, media_type=XLSX, headers=attachment("ledger.xlsx"))
