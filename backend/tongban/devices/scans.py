"""Scanned files: they become uploads of the clerk who asked, under the rules for uploads."""

import asyncio
import hashlib
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from tongban.core.problems import NotFound
from tongban.core.settings import Settings
from tongban.devices import commands
from tongban.devices.access import Caller
from tongban.devices.deliveries import on_behalf
from tongban.devices.models import Command
from tongban.devices.problems import BridgeUnknown
from tongban.devices.rules import CommandKind
from tongban.files import rules, service
from tongban.files.models import File
from tongban.files.problems import FileTypeRefused
from tongban.identity.actor import Origin

_IN_MEMORY = 1024 * 1024


async def receive(
    request: Request, settings: Settings, caller: Caller, command_id: UUID, origin: Origin
) -> File:
    """Take one file in. No transaction is open while it comes. The same content of the same
    command gives the same file, so that a bridge may try again.

    Raises `NotFound`, `BridgeUnknown` where the body is not what was signed, a `FileProblem`.
    """
    sessions = request.app.state.sessions
    async with sessions.begin() as session:
        command = await _scan(session, caller, command_id)
    name = _name(settings, command, request.headers.get("content-type", ""))
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
        await _spool(request, settings, content, caller.sha256)
        stored = await service.put_upload(settings, name, content)
    async with sessions.begin() as session:
        owner = await on_behalf(session, command, origin)
        return await service.record_upload(session, settings, owner, stored)


async def _scan(session: AsyncSession, caller: Caller, command_id: UUID) -> Command:
    command = await commands.for_bridge(session, caller.bridge, command_id)
    if command.kind != CommandKind.SCAN:
        raise NotFound
    return command


def _name(settings: Settings, command: Command, content_type: str) -> str:
    """Named by when it was asked for: `扫描件-20261124-093205.pdf`."""
    extensions = rules.EXTENSIONS.get(content_type.split(";", maxsplit=1)[0].strip().lower())
    if extensions is None:
        raise FileTypeRefused
    asked = command.asked_at.astimezone(settings.zone)
    return f"扫描件-{asked:%Y%m%d-%H%M%S}{extensions[0]}"


async def _spool(request: Request, settings: Settings, content: IO[bytes], sha256: bytes) -> None:
    digest, size = hashlib.sha256(), 0
    async for piece in request.stream():
        size += len(piece)
        if size > settings.max_file_bytes:
            raise service.too_large(settings)
        digest.update(piece)
        await asyncio.to_thread(content.write, piece)
    if digest.digest() != sha256:
        raise BridgeUnknown
