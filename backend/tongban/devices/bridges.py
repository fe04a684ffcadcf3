"""Bridges: paired with a window by a code, listed, revoked."""

import base64
from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.ids import new_id, readable_code
from tongban.core.privacy import blind_index
from tongban.core.problems import NotFound
from tongban.devices import schemas as s
from tongban.devices.access import keeps, kept_window, window_ref, windows_of
from tongban.devices.hub import Hub, Nudge
from tongban.devices.models import Bridge, PairingCode
from tongban.devices.problems import PairingCodeRefused, TooManyGuesses
from tongban.devices.rules import CODE_LASTS, BridgeKind
from tongban.identity import audit
from tongban.identity.actor import Actor, Origin
from tongban.identity.models import Staff
from tongban.organisations.models import Organisation
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

_GUESSES = 10
"""Wrong codes from one address in ten minutes. Eight characters leave a guesser 1 in 10^10."""


def _digest(code: str) -> bytes:
    """Keyed: a plain digest of eight characters would be tried out by who reads the table."""
    return blind_index("pairing_code", code)


async def make_code(session: AsyncSession, actor: Actor, code: str) -> s.PairingCodeOut:
    """A new pairing code for the window with this code."""
    tree = await get_tree(session)
    window = kept_window(tree, actor, code)
    pairing, expires = readable_code(), clock.now() + CODE_LASTS
    session.add(
        PairingCode(
            digest=_digest(pairing),
            window_id=window.id,
            made_by=actor.staff_id,
            expires_at=expires,
        )
    )
    await audit.record(
        session, actor=actor, action="pairing_code.made", subject=f"window:{window.code}"
    )
    return s.PairingCodeOut(code=pairing, window=window_ref(tree, window.id), expires_at=expires)


async def limit_guesses(hub: Hub, origin: Origin) -> None:
    """Count an attempt at pairing. Raises `TooManyGuesses`; `hub.guessed_right` takes it back."""
    if await hub.guess(origin.ip, CODE_LASTS) > _GUESSES:
        seconds = int(CODE_LASTS.total_seconds())
        raise TooManyGuesses(headers={"Retry-After": str(seconds)}, minutes=seconds // 60)


async def pair(
    session: AsyncSession, body: s.BridgeIn, origin: Origin
) -> tuple[s.Paired, list[Nudge]]:
    """Pair a bridge with the code's window, in place of the one of its kind that is there.

    Raises `PairingCodeRefused`.
    """
    now = clock.now()
    used = await session.execute(
        delete(PairingCode)
        .where(PairingCode.digest == _digest(body.code), PairingCode.expires_at > now)
        .returning(PairingCode.window_id, PairingCode.made_by)
    )
    code = used.one_or_none()
    tree = await get_tree(session)
    if code is None or not tree[code.window_id].active:
        raise PairingCodeRefused
    nudges = await _replace(session, code.window_id, body.kind)
    bridge = Bridge(
        id=new_id(),
        window_id=code.window_id,
        kind=body.kind,
        name=body.name,
        version=body.version,
        public_key=base64.b64decode(body.public_key),
        paired_by=code.made_by,
        paired_at=now,
    )
    session.add(bridge)
    await session.flush()
    await _note_pairing(session, tree, bridge, origin)
    paired = s.Paired(id=bridge.id, kind=body.kind, window=window_ref(tree, code.window_id))
    return paired, [*nudges, Nudge("devices", code.window_id)]


async def _replace(session: AsyncSession, window_id: int, kind: BridgeKind) -> list[Nudge]:
    """Revoke what is paired there. Two pairings of one window wait for each other."""
    await session.execute(
        select(Organisation.id).where(Organisation.id == window_id).with_for_update()
    )
    gone = await session.scalars(
        update(Bridge)
        .where(Bridge.window_id == window_id, Bridge.kind == kind, Bridge.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(Bridge.id)
    )
    return [Nudge("revoked", window_id, str(bridge_id)) for bridge_id in gone]


async def _note_pairing(session: AsyncSession, tree: Tree, bridge: Bridge, origin: Origin) -> None:
    by = await session.scalar(select(Staff.username).where(Staff.id == bridge.paired_by))
    await audit.record(
        session,
        actor=None,
        action="bridge.paired",
        subject=f"window:{tree[bridge.window_id].code}",
        details={"bridge": str(bridge.id), "kind": bridge.kind, "name": bridge.name},
        origin=origin,
        username=by or "",
    )


async def revoke(session: AsyncSession, actor: Actor, bridge_id: UUID) -> list[Nudge]:
    """Nothing that a bridge signs counts any more. Raises `NotFound`."""
    tree = await get_tree(session)
    bridge = await session.get(Bridge, bridge_id, with_for_update=True)
    if bridge is None or bridge.revoked_at or not keeps(tree, actor, tree[bridge.window_id]):
        raise NotFound
    bridge.revoked_at = clock.now()
    await session.flush()
    await audit.record(
        session,
        actor=actor,
        action="bridge.revoked",
        subject=f"window:{tree[bridge.window_id].code}",
        details={"bridge": str(bridge.id), "kind": bridge.kind, "name": bridge.name},
    )
    return [
        Nudge("revoked", bridge.window_id, str(bridge.id)),
        Nudge("devices", bridge.window_id),
    ]


async def list_bridges(session: AsyncSession, hub: Hub, actor: Actor) -> list[s.BridgeOut]:
    """Every paired bridge that the actor keeps, by window."""
    tree = await get_tree(session)
    paired = await session.scalars(select(Bridge).where(Bridge.revoked_at.is_(None)))
    kept = [bridge for bridge in paired if keeps(tree, actor, tree[bridge.window_id])]
    shown = await _present(hub, tree, kept)
    return sorted(shown, key=lambda bridge: (bridge.window.code, bridge.kind))


async def list_windows(session: AsyncSession, hub: Hub, actor: Actor) -> list[s.WindowOut]:
    """The windows at which the actor may work, with what is paired there."""
    tree = await get_tree(session)
    windows = windows_of(tree, actor)
    shown: dict[str, list[s.BridgeOut]] = defaultdict(list)
    paired = await paired_at(session, [window.id for window in windows])
    for bridge in await _present(hub, tree, paired):
        shown[bridge.window.code].append(bridge)
    refs = [window_ref(tree, window.id) for window in windows]
    return [s.WindowOut(code=ref.code, name=ref.name, bridges=shown[ref.code]) for ref in refs]


async def paired_at(session: AsyncSession, windows: Collection[int]) -> list[Bridge]:
    """The bridges of these windows."""
    found = await session.scalars(
        select(Bridge)
        .where(Bridge.window_id.in_(windows), Bridge.revoked_at.is_(None))
        .order_by(Bridge.window_id, Bridge.kind)
    )
    return list(found)


async def _present(hub: Hub, tree: Tree, bridges: Iterable[Bridge]) -> list[s.BridgeOut]:
    found = list(bridges)
    online = await hub.online(bridge.id for bridge in found)
    return [
        s.BridgeOut(
            id=bridge.id,
            kind=BridgeKind(bridge.kind),
            name=bridge.name,
            version=bridge.version,
            window=window_ref(tree, bridge.window_id),
            paired_at=bridge.paired_at,
            seen_at=bridge.seen_at,
            online=None if online is None else bridge.id in online,
            queued=bridge.queued,
            # What was told before there was `card` has none.
            devices=[s.DeviceState(**{"card": None, **device}) for device in bridge.devices],
        )
        for bridge in found
    ]
