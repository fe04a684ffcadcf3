"""Uploading, and looking at one's own uploads."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.problems import NotFound, Unauthenticated
from tongban.core.settings import Settings
from tongban.files import service
from tongban.files.models import File
from tongban.files.problems import (
    FileContentLost,
    FileDisguised,
    FileEmpty,
    FileInfected,
    FileMissing,
    FileNameRefused,
    FileNotScanned,
    FileOfTwoKinds,
    FileTooLarge,
    FileTypeRefused,
    PictureBroken,
    PictureTooLarge,
)
from tongban.files.schemas import FileOut
from tongban.identity.actor import Actor
from tongban.identity.service import ActorDep, SettingsDep, Token, current_actor

router = Router(prefix="/files", tags=["files"])

_ENVELOPE = 64 * 1024
"""Bytes that boundaries and part headers may add to a file."""

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


async def uploader(request: Request, token: Token) -> Actor:
    """Who uploads, asked in a transaction of its own: none is open while the file comes in."""
    async with request.app.state.sessions.begin() as session:
        return await current_actor(request, token, session)


@router.post(
    "",
    status_code=201,
    response_model=FileOut,
    openapi_extra=_FORM,
    responses=problem_responses(
        Unauthenticated,
        FileMissing,
        FileEmpty,
        FileTooLarge,
        FileTypeRefused,
        FileDisguised,
        FileOfTwoKinds,
        PictureBroken,
        PictureTooLarge,
        FileNameRefused,
        FileInfected,
    ),
)
async def upload_file(
    request: Request, actor: Annotated[Actor, Depends(uploader)], settings: SettingsDep
) -> File:
    upload = await _receive(request, settings)
    try:
        stored = await service.put_upload(settings, upload.filename or "", upload.file)
    finally:
        await upload.close()
    async with request.app.state.sessions.begin() as session:
        return await service.record_upload(session, settings, actor, stored)


@router.get(
    "/{file_id}",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {}}, "description": "The content"},
        **problem_responses(Unauthenticated, NotFound, FileNotScanned, FileContentLost),
    },
)
async def download_file(file_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    return await service.own_file(session, actor, file_id)


class _Overrun(MultiPartException):
    """More bytes than any permitted file needs; the parser closes what it has written."""


async def _receive(request: Request, settings: Settings) -> UploadFile:
    """The one file of a multipart body, spooled to disk past a megabyte."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise FileMissing
    limit = settings.max_file_bytes + _ENVELOPE
    parser = MultiPartParser(request.headers, _limited(request, limit), max_files=1, max_fields=0)
    try:
        form = await parser.parse()
    except _Overrun as error:
        raise service.too_large(settings) from error
    except (MultiPartException, KeyError) as error:
        raise FileMissing from error
    upload = form.get("file")
    if isinstance(upload, UploadFile):
        return upload
    await form.close()
    raise FileMissing


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    received = 0
    try:
        async for piece in request.stream():
            received += len(piece)
            if received > limit:
                raise _Overrun("too large")
            yield piece
    except ClientDisconnect as error:
        raise MultiPartException("the connection was lost") from error
