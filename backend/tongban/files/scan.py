"""Virus scanning by clamd over TCP (INSTREAM of clamd(8))."""

import asyncio
from typing import IO

import structlog

from tongban.files.models import ScanState

log = structlog.get_logger(__name__)

_PIECE = 64 * 1024
_SECONDS = 30


async def scan(address: str, content: IO[bytes]) -> ScanState:
    """What clamd at `host:port` says of the content; `pending` when it gives no verdict."""
    if not address:
        return ScanState.UNSCANNED
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(_SECONDS):
            answer = await _ask(host, int(port), content)
    except (OSError, TimeoutError) as error:
        log.warning("virus scanner unreachable", address=address, error=type(error).__name__)
        return ScanState.PENDING
    if answer.endswith("FOUND"):
        log.warning("virus found", answer=answer)
        return ScanState.INFECTED
    if answer.endswith("OK"):
        return ScanState.CLEAN
    log.warning("virus scanner gave no verdict", answer=answer)
    return ScanState.PENDING


async def _ask(host: str, port: int, content: IO[bytes]) -> str:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"zINSTREAM\0")
        content.seek(0)
        while piece := content.read(_PIECE):
            writer.write(len(piece).to_bytes(4) + piece)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        return (await reader.read(4096)).rstrip(b"\0").decode(errors="replace")
    finally:
        writer.close()
