"""Upkeep and scanning, against a scanner that speaks clamd's protocol over TCP."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from tests.files.conftest import PDF
from tests.support.database import CommittedDatabase
from tests.support.people import import_tree, make_staff
from tongban.core import clock
from tongban.core.ids import new_id
from tongban.core.privacy import sm3
from tongban.core.settings import Settings, get_settings
from tongban.files import jobs, service, storage
from tongban.files.models import File, ScanState
from tongban.files.problems import FileInfected, FileNotScanned, FileUnknown
from tongban.files.scan import scan
from tongban.identity.actor import Actor
from tongban.identity.roles import Role

Scanner = Callable[[bytes], AbstractAsyncContextManager[str]]


@pytest.fixture
def scanner() -> Scanner:
    @asynccontextmanager
    async def listening(verdict: bytes) -> AsyncIterator[str]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            while length := int.from_bytes(await reader.readexactly(4)):
                await reader.readexactly(length)
            writer.write(verdict)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    return listening


@pytest.fixture
def settings(committed_db: CommittedDatabase) -> Settings:
    return get_settings().model_copy(update={"files_url": f"memory://{id(committed_db)}"})


@pytest.fixture
async def actor(committed_db: CommittedDatabase) -> Actor:
    async with committed_db.sessions.begin() as session:
        await import_tree(session)
        staff = await make_staff(session, "ds-clerk", "110102010", Role.CLERK)
        return Actor(staff.id, staff.username, staff.name, staff.organisation_id, ())


async def keep(
    session: AsyncSession, settings: Settings, actor: Actor, content: bytes, name: str = "a.pdf"
) -> File:
    stored = await service.put_upload(settings, name, io.BytesIO(content))
    return await service.record_upload(session, settings, actor, stored)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (b"stream: OK\0", ScanState.CLEAN),
        (b"stream: Eicar-Test-Signature FOUND\0", ScanState.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", ScanState.PENDING),
        (b"", ScanState.PENDING),
    ],
)
async def test_the_scanner_decides_the_state(
    scanner: Scanner, verdict: bytes, state: ScanState
) -> None:
    async with scanner(verdict) as address:
        assert await scan(address, io.BytesIO(PDF * 5000)) is state


async def test_a_scanner_that_does_not_answer_leaves_the_file_waiting() -> None:
    assert await scan("127.0.0.1:9", io.BytesIO(PDF)) is ScanState.PENDING


async def test_an_infected_upload_is_not_kept(settings: Settings, scanner: Scanner) -> None:
    async with scanner(b"stream: Eicar FOUND\0") as address:
        guarded = settings.model_copy(update={"clamd": address})
        with pytest.raises(FileInfected):
            await service.put_upload(guarded, "a.pdf", io.BytesIO(PDF))
    assert not await storage.exists(storage.get_store(settings.files_url), sm3(PDF))


async def test_a_waiting_file_opens_once_it_is_judged(
    committed_db: CommittedDatabase, settings: Settings, actor: Actor, scanner: Scanner
) -> None:
    sessions = committed_db.sessions
    offline = settings.model_copy(update={"clamd": "127.0.0.1:9"})
    async with sessions.begin() as session:
        file = await keep(session, offline, actor, PDF)
    assert file.scan_state == ScanState.PENDING
    async with sessions.begin() as session:
        with pytest.raises(FileNotScanned):
            await service.own_file(session, actor, file.id)
    assert await jobs.scan_pending(sessions, offline) == 0
    async with scanner(b"stream: OK\0") as address:
        online = settings.model_copy(update={"clamd": address})
        assert await jobs.scan_pending(sessions, online) == 1
    async with sessions.begin() as session:
        await service.own_file(session, actor, file.id)


async def test_unused_uploads_go_and_used_ones_stay(
    committed_db: CommittedDatabase, settings: Settings, actor: Actor
) -> None:
    sessions, store = committed_db.sessions, storage.get_store(settings.files_url)
    used, unused, shared = PDF + b"used", PDF + b"unused", PDF + b"shared"
    async with sessions.begin() as session:
        first = await keep(session, settings, actor, used)
        await keep(session, settings, actor, unused)
        await keep(session, settings, actor, shared, "one.pdf")
        second = await keep(session, settings, actor, shared, "two.pdf")
        await service.attach(session, actor, {"/0": first.id, "/1": second.id})
    await storage.put(store, sm3(b"crashed before its row"), io.BytesIO(b"x"))
    assert await jobs.remove_unused(sessions, settings, days=1) == 0
    assert await jobs.remove_unused(sessions, settings, days=-1) == 2
    assert await storage.exists(store, sm3(used))
    assert await storage.exists(store, sm3(shared))
    assert not await storage.exists(store, sm3(unused))
    assert not await storage.exists(store, sm3(b"crashed before its row"))


async def test_equal_content_sent_again_keeps_an_old_object(
    committed_db: CommittedDatabase, settings: Settings, actor: Actor
) -> None:
    sessions = committed_db.sessions
    async with sessions.begin() as session:
        file = await keep(session, settings, actor, PDF)
        long_ago = clock.now() - timedelta(days=30)
        await session.execute(update(File).where(File.id == file.id).values(uploaded_at=long_ago))
        again = await keep(session, settings, actor, PDF)
    assert again.id == file.id
    assert again.uploaded_at > long_ago
    assert await jobs.remove_unused(sessions, settings) == 0


async def test_only_own_or_known_files_can_be_attached(
    committed_db: CommittedDatabase, settings: Settings, actor: Actor
) -> None:
    other = Actor(actor.staff_id + 1, "other", "李", actor.organisation_id, ())
    async with committed_db.sessions.begin() as session:
        file = await keep(session, settings, actor, PDF)
        with pytest.raises(FileUnknown):
            await service.attach(session, other, {"/file": file.id})
        await service.attach(session, other, {"/file": file.id}, known={file.id})
        named = {"/files/0": file.id, "/files/1": new_id(), "/files/2": new_id()}
        with pytest.raises(FileUnknown) as refused:
            await service.attach(session, actor, named)
        assert [error.pointer for error in refused.value.errors] == ["/files/1", "/files/2"]


async def test_what_the_platform_makes_counts_as_used(
    committed_db: CommittedDatabase, settings: Settings, actor: Actor
) -> None:
    async with committed_db.sessions.begin() as session:
        file = await service.store_generated(
            session, settings, "归档.zip", "application/zip", io.BytesIO(b"PK")
        )
    assert file.attached_at is not None
    assert await jobs.remove_unused(committed_db.sessions, settings, days=-1) == 0
    async with service.local_copy(settings, file.digest) as content:
        assert content.read() == b"PK"
