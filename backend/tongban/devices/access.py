"""Who is asking, and for which window: staff by their seats, bridges by their signatures.

Windows stand in the tree that every account reads: at one of another body one is told 403. Bridges
and commands are seen only by whom they belong to: those of others are 404.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from tongban.cases.policy import acts_for
from tongban.core import clock
from tongban.core.problems import Forbidden, NotFound, Problem
from tongban.devices import signing
from tongban.devices.hub import Hub
from tongban.devices.models import Bridge
from tongban.devices.problems import (
    BridgeRevoked,
    BridgeUnknown,
    NotACounter,
    SignatureReplayed,
)
from tongban.identity.actor import Actor
from tongban.identity.policy import reaches
from tongban.identity.roles import Permission, Role
from tongban.identity.service import Reading, require
from tongban.organisations.schemas import OrganisationRef
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Kind, Tree, Unit

Clerk = Annotated[Actor, Depends(require(Permission.CASES_CREATE), scope="function")]
Keeper = Annotated[
    Actor,
    Depends(require(Permission.CASES_CREATE, Permission.ORGANISATIONS_EDIT), scope="function"),
]
"""Who may pair and revoke: clerks at their windows, system administrators below them."""


async def hub_of(connection: HTTPConnection) -> Hub:
    hub: Hub = connection.app.state.hub
    return hub


HubDep = Annotated[Hub, Depends(hub_of)]


def is_counter(tree: Tree, unit: Unit) -> bool:
    """A window, or a community: residents are served at its own desk."""
    at_desk = unit.kind is Kind.COMMUNITY and not any(
        below.kind is Kind.WINDOW for below in tree.descendants(unit)
    )
    return unit.active and (unit.kind is Kind.WINDOW or at_desk)


def is_seated(tree: Tree, actor: Actor, window: Unit) -> bool:
    """Whether the actor is a clerk of the counter that the window belongs to."""
    return acts_for(tree, actor, Role.CLERK, window.id)


def windows_of(tree: Tree, actor: Actor) -> list[Unit]:
    """The windows at which the actor may work, in the order of their codes."""
    found = [*tree.of_kind(Kind.WINDOW), *tree.of_kind(Kind.COMMUNITY)]
    return [unit for unit in found if is_seated(tree, actor, unit) and is_counter(tree, unit)]


def seated_window(tree: Tree, actor: Actor, code: str) -> Unit:
    """Raises `NotFound`, `NotACounter`, `Forbidden`."""
    window = _window(tree, code)
    if not is_seated(tree, actor, window):
        raise Forbidden
    return window


_follower = Reading(Permission.CASES_CREATE)


async def may_follow(request: Request, code: str) -> bool:
    """Whether who once asked to follow a window still may: sessions end, accounts are switched
    off, grants withdrawn, windows closed."""
    try:
        async with _follower.opened(request) as look:
            seated_window(await get_tree(look.session), look.actor, code)
    except Problem:
        return False
    return True


def kept_window(tree: Tree, actor: Actor, code: str) -> Unit:
    """A window whose bridges the actor may pair. Raises `NotFound`, `NotACounter`, `Forbidden`."""
    window = _window(tree, code)
    if not keeps(tree, actor, window):
        raise Forbidden
    return window


def keeps(tree: Tree, actor: Actor, window: Unit) -> bool:
    return is_seated(tree, actor, window) or reaches(
        tree, actor, Permission.ORGANISATIONS_EDIT, window
    )


def _window(tree: Tree, code: str) -> Unit:
    unit = tree.find(code)
    if unit is None:
        raise NotFound
    if not is_counter(tree, unit):
        raise NotACounter
    return unit


def window_ref(tree: Tree, window_id: int) -> OrganisationRef:
    """A window with the body it belongs to: `德胜街道 3号窗口`."""
    unit = tree[window_id]
    return OrganisationRef(code=unit.code, name=tree.name_with_body(unit, gap=" "))


@dataclass(frozen=True, slots=True)
class Caller:
    """A bridge that has proved itself, and what it says its body digests to (SHA-256)."""

    bridge: Bridge
    sha256: bytes


async def signed_head(request: Request, hub: HubDep) -> Caller:
    """The bridge that has signed the request, asked in a transaction of its own: none is open
    while a file comes in. Whoever takes this must compare the body with `sha256`.

    Raises `BridgeUnknown`, `SignatureStale`, `SignatureReplayed`, `BridgeRevoked`.
    """
    proof = signing.read(_signed_parts(request), clock.now())
    async with request.app.state.sessions.begin() as session:
        bridge = await session.get(Bridge, proof.bridge_id)
    if bridge is None or not proof.holds(bridge.public_key):
        raise BridgeUnknown
    if bridge.revoked_at is not None:
        raise BridgeRevoked
    if not await hub.first_use(bridge.id, proof.nonce, _REMEMBERED):
        raise SignatureReplayed
    return Caller(bridge, proof.sha256)


_REMEMBERED = 2 * signing.TOLERANCE + timedelta(minutes=1)
"""A signature may come early by the tolerance and be repeated until it is late by it."""


async def signed_bridge(
    request: Request, caller: Annotated[Caller, Depends(signed_head)]
) -> Bridge:
    """The bridge that has signed the request and its body."""
    if hashlib.sha256(await request.body()).digest() != caller.sha256:
        raise BridgeUnknown
    return caller.bridge


SignedHead = Annotated[Caller, Depends(signed_head)]
SignedBridge = Annotated[Bridge, Depends(signed_bridge)]


def _signed_parts(request: Request) -> signing.Request:
    headers = request.headers
    return signing.Request(
        method=request.method,
        path=request.scope["raw_path"].decode("latin-1"),
        query=request.scope["query_string"].decode("latin-1"),
        content_digest=headers.get("content-digest", ""),
        signature_input=headers.get("signature-input", ""),
        signature=headers.get("signature", ""),
    )
