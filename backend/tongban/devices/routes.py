"""`/devices`: thin; what they call says what happens.

Nudges leave after the transaction: a background task runs when the answer has been sent.
"""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import BackgroundTasks, Body, Header, Path, Request, WebSocket
from starlette.responses import Response

from tongban.cases.problems import KeyReused, NoPaper
from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.problems import Forbidden, NotFound, Unauthenticated
from tongban.devices import bridges, commands, deliveries, documents, events, scans, stream
from tongban.devices import problems as p
from tongban.devices import schemas as s
from tongban.devices.access import (
    Clerk,
    HubDep,
    Keeper,
    SignedBridge,
    SignedHead,
    may_follow,
    seated_window,
)
from tongban.files.models import File
from tongban.files.problems import (
    FileDisguised,
    FileEmpty,
    FileInfected,
    FileOfTwoKinds,
    FileTooLarge,
    PictureBroken,
    PictureTooLarge,
)
from tongban.identity import tokens
from tongban.identity.service import OriginDep, SettingsDep, Token
from tongban.organisations.service import get_tree

router = Router(prefix="/devices", tags=["devices"])

Code = Annotated[str, Path(max_length=40, description="Code of a window")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=100)]

_SIGNED = (p.BridgeUnknown, p.SignatureStale, p.SignatureReplayed, p.BridgeRevoked)
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Events"}
}
_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {documents.PDF: {}, documents.SLIP: {}},
        "description": "PDF, or a slip (`Slip`)",
    }
}
_RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in ("application/pdf", "image/jpeg", "image/png")
        },
    }
}


@router.post(
    "/pairing-codes",
    status_code=201,
    responses=problem_responses(Unauthenticated, Forbidden, NotFound, p.NotACounter),
)
async def make_pairing_code(
    body: s.PairingCodeIn, actor: Keeper, session: SessionDep
) -> s.PairingCodeOut:
    """A code of eight characters that pairs one bridge with a window, within ten minutes."""
    return await bridges.make_code(session, actor, body.window_code)


@router.post(
    "/bridges",
    status_code=201,
    responses=problem_responses(p.PairingCodeRefused, p.TooManyGuesses),
)
async def pair_bridge(
    body: s.BridgeIn,
    request: Request,
    hub: HubDep,
    origin: OriginDep,
    after: BackgroundTasks,
) -> s.Paired:
    """Register a bridge's public key with a pairing code; replaces the window's one of its kind."""
    await bridges.limit_guesses(hub, origin)
    async with request.app.state.sessions.begin() as session:
        paired, nudges = await bridges.pair(session, body, origin)
    await hub.guessed_right(origin.ip)
    after.add_task(hub.publish, *nudges)
    return paired


@router.get("/bridges", responses=problem_responses(Unauthenticated, Forbidden))
async def list_bridges(actor: Keeper, session: SessionDep, hub: HubDep) -> list[s.BridgeOut]:
    """What is paired with the windows that the caller keeps, and how its devices are."""
    return await bridges.list_bridges(session, hub, actor)


@router.delete(
    "/bridges/{bridge_id}",
    status_code=204,
    responses=problem_responses(Unauthenticated, Forbidden, NotFound),
)
async def revoke_bridge(
    bridge_id: UUID, actor: Keeper, session: SessionDep, hub: HubDep, after: BackgroundTasks
) -> None:
    """Revoke a bridge at once; its open stream ends."""
    after.add_task(hub.publish, *await bridges.revoke(session, actor, bridge_id))


@router.get("/windows", responses=problem_responses(Unauthenticated, Forbidden))
async def list_windows(actor: Clerk, session: SessionDep, hub: HubDep) -> list[s.WindowOut]:
    """The windows at which the caller may work, each with its bridges and their devices."""
    return await bridges.list_windows(session, hub, actor)


@router.get(
    "/windows/{code}/events",
    response_class=Response,
    responses={
        **_EVENTS,
        **problem_responses(Unauthenticated, Forbidden, NotFound, p.NotACounter),
    },
)
async def follow_window(
    code: Code,
    actor: Clerk,
    token: Token,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    hub: HubDep,
) -> Response:
    """What happens at a window (server-sent events): `devices`, look at them again; `command`,
    `{id, kind, state}`. Never personal data. Ends with the caller's token, session or seat."""
    window = seated_window(await get_tree(session), actor, code)
    until = tokens.expiry(settings, token or "")
    return events.EventStream(
        events.of_window(
            hub,
            window.id,
            until,
            settings.device_heartbeat_seconds,
            partial(may_follow, request, code),
        )
    )


@router.post(
    "/windows/{code}/commands",
    status_code=201,
    responses=problem_responses(
        Unauthenticated,
        Forbidden,
        NotFound,
        NoPaper,
        p.NotACounter,
        p.NoBridge,
        p.AlreadyEvaluated,
        KeyReused,
    ),
)
async def ask_devices(
    code: Code,
    body: Annotated[s.CommandIn, Body()],
    actor: Clerk,
    session: SessionDep,
    settings: SettingsDep,
    hub: HubDep,
    after: BackgroundTasks,
    key: Key = None,
) -> s.CommandOut:
    """Ask a window's devices for something; what comes of it is told by events and read below."""
    command, nudges = await commands.ask(session, settings, hub, actor, code, body, key)
    after.add_task(hub.publish, *nudges)
    return command


@router.get(
    "/commands/{command_id}", responses=problem_responses(Unauthenticated, Forbidden, NotFound)
)
async def get_command(command_id: UUID, actor: Clerk, session: SessionDep) -> s.CommandOut:
    """How a command stands and what came of it, for who asked."""
    return await commands.read(session, actor, command_id)


@router.post(
    "/commands/{command_id}/cancel",
    responses=problem_responses(Unauthenticated, Forbidden, NotFound, p.CommandOver),
)
async def cancel_command(
    command_id: UUID, actor: Clerk, session: SessionDep, hub: HubDep, after: BackgroundTasks
) -> s.CommandOut:
    """Call a command off, for who asked."""
    command, nudges = await commands.cancel(session, actor, command_id)
    after.add_task(hub.publish, *nudges)
    return command


@router.get(
    "/commands/{command_id}/document",
    response_class=Response,
    responses={**_DOCUMENT, **problem_responses(*_SIGNED, NotFound, p.CommandOver)},
)
async def get_document(command_id: UUID, bridge: SignedBridge, session: SessionDep) -> Response:
    """What a command prints, for its bridge and while it is open."""
    content, media_type = await documents.of(session, bridge, command_id)
    return Response(content, media_type=media_type)


@router.post("/deliveries", responses=problem_responses(*_SIGNED, NotFound, p.DeliveryTaken))
async def deliver(
    body: s.DeliveryIn,
    bridge: SignedBridge,
    session: SessionDep,
    hub: HubDep,
    origin: OriginDep,
    after: BackgroundTasks,
) -> s.DeliveryOut:
    """What came of a command, told by its bridge; the same `id` again changes nothing."""
    answer, nudges = await deliveries.accept(session, bridge, body, origin)
    after.add_task(hub.publish, *nudges)
    return answer


@router.post(
    "/files",
    status_code=201,
    response_model=s.ScannedFile,
    openapi_extra=_RAW,
    responses=problem_responses(
        *_SIGNED,
        NotFound,
        FileEmpty,
        FileTooLarge,
        FileDisguised,
        FileOfTwoKinds,
        PictureBroken,
        PictureTooLarge,
        FileInfected,
    ),
)
async def take_scan(
    command_id: UUID, request: Request, caller: SignedHead, settings: SettingsDep, origin: OriginDep
) -> File:
    """One scanned file, raw; it becomes an upload of the clerk who asked."""
    return await scans.receive(request, settings, caller, command_id, origin)


@router.websocket("/stream")
async def keep_stream(socket: WebSocket, hub: HubDep) -> None:
    """A bridge's stream; the contract is `docs/decisions/0075-how-devices-are-reached.md`."""
    state = socket.app.state
    await stream.serve(socket, hub, state.sessions, state.settings.device_heartbeat_seconds)
