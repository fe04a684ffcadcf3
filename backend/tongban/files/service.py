"""Storing, attaching and opening files.

The object is written first and its row afterwards: a crash between leaves an object that the
clean-up removes, never a row without content.
"""

import asyncio
from collections.abc import AsyncIterator, Container, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from obstore.store import ObjectStore
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tongban.core import clock
from tongban.core.fixed import Fixed
from tongban.core.ids import new_id
from tongban.core.problems import NotFound, Unavailable
from tongban.core.settings import Settings, get_settings
from tongban.files import pdfs, pictures, rules, storage
from tongban.files.models import File, ScanState
from tongban.files.problems import (
    FileContentLost,
    FileDisguised,
    FileEmpty,
    FileInfected,
    FileNameRefused,
    FileNotScanned,
    FileOfTwoKinds,
    FileTooLarge,
    FileTypeRefused,
    FileUnknown,
    PdfBroken,
    PictureBroken,
    PictureTooLarge,
)
from tongban.files.scan import scan
from tongban.identity.actor import Actor

_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """Content that lies on storage and still needs its row."""

    digest: bytes
    media_type: str
    size: int
    name: str
    scan_state: ScanState


async def put_upload(settings: Settings, name: str, content: IO[bytes]) -> Stored:
    """Check what somebody uploaded and put it on storage; needs no transaction.

    Raises a `FileProblem` for a file that is empty, too large, of a kind not taken, not what
    its name says, two kinds at once, infected, broken, or a picture that is too large.
    """
    if "\x00" in name:
        raise FileNameRefused
    digest, size = await asyncio.to_thread(_measure, content)
    if size == 0:
        raise FileEmpty
    if size > settings.max_file_bytes:
        raise too_large(settings)
    shown = rules.safe_name(name)
    media_type = await asyncio.to_thread(rules.sniff, content)
    _check_type(media_type, rules.extension(shown))
    await asyncio.to_thread(_check_content, str(media_type), content)
    state = await scan(settings.clamd, content)
    if state is ScanState.INFECTED:
        raise FileInfected
    await storage.put(storage.get_store(settings.files_url), digest, content)
    return Stored(digest, str(media_type), size, shown, state)


def too_large(settings: Settings) -> FileTooLarge:
    return FileTooLarge(megabytes=settings.max_file_bytes // (1024 * 1024))


def _check_type(media_type: str | None, extension: str) -> None:
    if media_type not in rules.EXTENSIONS:
        raise FileTypeRefused
    if extension not in rules.EXTENSIONS[media_type]:
        actual = rules.EXTENSIONS[media_type][0].removeprefix(".").upper()
        raise FileDisguised(extension=extension or "—", actual=actual)


def _check_content(media_type: str, content: IO[bytes]) -> None:
    """Raises `FileOfTwoKinds`, `PdfBroken`, `PictureBroken`, `PictureTooLarge`."""
    if media_type != rules.OFD and rules.zip_directory(content) is not None:
        raise FileOfTwoKinds
    if media_type == rules.PDF and not pdfs.is_whole(content):
        raise PdfBroken
    try:
        size = pictures.measure(media_type, content)
    except pictures.BrokenPicture as error:
        raise PictureBroken from error
    if size is not None and size.width * size.height > pictures.MOST_PIXELS:
        most = pictures.MOST_PIXELS
        raise PictureTooLarge(width=size.width, height=size.height, most=most)


def _measure(content: IO[bytes]) -> tuple[bytes, int]:
    """SM3 digest and number of bytes."""
    digest, size = hashes.Hash(hashes.SM3()), 0
    content.seek(0)
    while piece := content.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.finalize(), size


async def record_upload(
    session: AsyncSession, settings: Settings, actor: Actor, stored: Stored
) -> File:
    """The row of an upload; the same one when the actor sent the same file before."""
    await hold(session, stored.digest)
    if not await storage.exists(storage.get_store(settings.files_url), stored.digest):
        raise Unavailable  # the clean-up took equal content just now: the next try writes it anew
    columns = {**_columns(stored), "uploaded_by": actor.staff_id}
    statement = insert(File).values(**columns)
    found = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=[File.uploaded_by, File.digest, File.name],
            index_where=File.attached_at.is_(None),
            set_={key: statement.excluded[key] for key in ("uploaded_at", "scan_state")},
        ).returning(File),
        execution_options={"populate_existing": True},
    )
    return found.one()


async def store_generated(
    session: AsyncSession, settings: Settings, name: str, media_type: str, content: IO[bytes]
) -> File:
    """Keep something that the platform made itself; it counts as attached."""
    digest, size = await asyncio.to_thread(_measure, content)
    store = storage.get_store(settings.files_url)
    await storage.put(store, digest, content)
    await hold(session, digest)
    if not await storage.exists(store, digest):
        raise Unavailable  # the clean-up took what an earlier attempt had left
    stored = Stored(digest, media_type, size, rules.safe_name(name), ScanState.CLEAN)
    file = File(**_columns(stored), uploaded_by=None, attached_at=clock.now())
    session.add(file)
    await session.flush()
    return file


def _columns(stored: Stored) -> dict[str, object]:
    return {
        "id": new_id(),
        "digest": stored.digest,
        "media_type": stored.media_type,
        "size": stored.size,
        "name": stored.name,
        "scan_state": stored.scan_state,
        "uploaded_at": clock.now(),
    }


async def hold(session: AsyncSession, digest: bytes) -> None:
    """Until the transaction ends nobody else gives a row to, or removes, this content."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:key)"),
        {"key": int.from_bytes(digest[:8], signed=True)},
    )


_ATTACH = Fixed(
    text(
        """
    UPDATE files SET attached_at = coalesce(attached_at, now()) WHERE id = ANY(:files)
    RETURNING id, uploaded_by, scan_state
        """
    )
)


async def attach(
    session: AsyncSession, actor: Actor, files: Mapping[str, UUID], known: Container[UUID] = ()
) -> None:
    """Say that something uses these files, by pointers into the body that names them, so that the
    clean-up spares them.

    They must be the actor's own uploads or `known`: already part of something that the caller
    has checked the actor may see. Raises `FileUnknown` for others, `FileInfected`, at all places
    that are wrong.
    """
    found = await _ATTACH.rows(session, {"files": list(set(files.values()))})
    rows = {row.id: row for row in found}
    unknown = [
        pointer
        for pointer, file_id in files.items()
        if file_id not in rows
        or (rows[file_id].uploaded_by != actor.staff_id and file_id not in known)
    ]
    if unknown:
        raise FileUnknown(*unknown)
    infected = [p for p, id_ in files.items() if rows[id_].scan_state == ScanState.INFECTED]
    if infected:
        raise FileInfected(*infected)


async def discard(session: AsyncSession, files: Iterable[UUID]) -> list[bytes]:
    """Forget files that nothing uses any more. Returns the digests of content left without a row;
    `files.jobs.remove_content` takes it from storage once the transaction has ended."""
    gone = await session.scalars(delete(File).where(File.id.in_(set(files))).returning(File.digest))
    digests = set(gone)
    kept = await session.scalars(select(File.digest).where(File.digest.in_(digests)))
    return sorted(digests - set(kept))


async def own_file(session: AsyncSession, actor: Actor, file_id: UUID) -> Response:
    """What the actor uploaded, until something uses it: from then on that decides who sees it."""
    file = await session.scalar(
        select(File).where(
            File.id == file_id, File.uploaded_by == actor.staff_id, File.attached_at.is_(None)
        )
    )
    if file is None:
        raise NotFound
    return _response(file)


async def file_response(session: AsyncSession, file_id: UUID) -> Response:
    """The content of a file as an answer. Whether the actor may see it, the caller has checked."""
    file = await session.get(File, file_id)
    if file is None:
        raise NotFound
    return _response(file)


def _response(file: File) -> Response:
    if file.scan_state == ScanState.PENDING:
        raise FileNotScanned
    if file.scan_state == ScanState.INFECTED:
        raise FileInfected
    return StoredContent(storage.get_store(get_settings().files_url), file)


class StoredContent(Response):
    """Streams an object. Storage is asked when the answer is sent, after the transaction."""

    def __init__(self, store: ObjectStore, file: File) -> None:
        super().__init__(media_type=file.media_type)
        self._store = store
        self._digest = file.digest
        self._answer_headers = {
            "Content-Length": str(file.size),
            "Content-Disposition": rules.content_disposition(file.name),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            content = await storage.open_content(self._store, self._digest)
        except FileNotFoundError as error:
            raise FileContentLost from error
        answer = StreamingResponse(
            content, headers=self._answer_headers, media_type=self.media_type
        )
        await answer(scope, receive, send)


@asynccontextmanager
async def local_copy(settings: Settings, digest: bytes) -> AsyncIterator[IO[bytes]]:
    """The content in a temporary file, open while the block runs."""
    store = storage.get_store(settings.files_url)
    with SpooledTemporaryFile(max_size=1024 * 1024) as copy:
        async for piece in await storage.open_content(store, digest):
            copy.write(piece)
        copy.seek(0)
        yield copy
