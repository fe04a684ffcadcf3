"""`/devices`: thin; what they call says what happens.

Nudges leave after the transaction: a background task runs when the answer has been sent.
"""

from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request

from tongban.core.db import SessionDep
from tongban.core.http import problem_responses
from tongban.core.problems import Forbidden, NotFound, Unauthenticated
from tongban.devices import bridges
from tongban.devices import problems as p
from tongban.devices import schemas as s
from tongban.devices.access import Clerk, HubDep, Keeper
from tongban.identity.service import OriginDep

router = APIRouter(prefix="/devices", tags=["devices"])


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
