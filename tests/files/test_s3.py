"""S3 as a real server over HTTP that checks signatures (moto), with nothing of ours replaced."""

import asyncio
import io
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import obstore
import pytest
import pytest_asyncio
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore

from tests.files.conftest import PDF
from tests.support.live import free_port
from tests.support.waiting import until
from tongban.core import clock
from tongban.core.privacy import sm3
from tongban.core.settings import get_settings
from tongban.files import service, storage
from tongban.files.problems import StorageUnavailable

DIGEST = bytes(range(32))
LARGE = os.urandom(6_000_000)
"""More than one part of a multipart upload."""
PERMITTED = (
    '{"Version": "2012-10-17",'
    ' "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
)


@dataclass(frozen=True, slots=True)
class Bucket:
    port: int
    key_id: str
    secret: str


@pytest_asyncio.fixture(scope="module")
async def bucket() -> AsyncIterator[Bucket]:
    """A bucket `papers` and a user who may use it."""
    port = free_port()
    # Four calls are needed before anybody can sign one.
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)),
        env=os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": "4"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await until(lambda: listening(port))
            await iam(client, "CreateUser")
            key = await iam(client, "CreateAccessKey")
            await iam(client, "PutUserPolicy", PolicyName="papers", PolicyDocument=PERMITTED)
            made = await client.put("/papers", headers=unsigned("s3"))
            assert made.status_code == 200, made.text
        yield Bucket(port, found(key, "AccessKeyId"), found(key, "SecretAccessKey"))
    finally:
        running.kill()
        await running.wait()


async def listening(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def unsigned(part: str) -> dict[str, str]:
    """What names the part of AWS that is meant."""
    scope = f"nobody/20260101/us-east-1/{part}/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return {"Authorization": signature}


async def iam(client: httpx.AsyncClient, action: str, **parameters: str) -> str:
    form = {"Action": action, "Version": "2010-05-08", "UserName": "tongban", **parameters}
    answer = await client.post("/", data=form, headers=unsigned("iam"))
    assert answer.status_code == 200, answer.text
    return answer.text


def found(answer: str, element: str) -> str:
    match = re.search(f"<{element}>(.*?)<", answer)
    assert match
    return match[1]


@pytest.fixture
def configured(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """The usual variables, as an operator sets them."""
    for name, value in (
        ("AWS_ENDPOINT_URL", f"http://127.0.0.1:{bucket.port}"),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", bucket.key_id),
        ("AWS_SECRET_ACCESS_KEY", bucket.secret),
    ):
        monkeypatch.setenv(name, value)
    storage.get_store.cache_clear()
    yield bucket
    storage.get_store.cache_clear()


@pytest.fixture
def store(configured: Bucket) -> ObjectStore:
    return storage.get_store("s3://papers/xicheng")


async def content_of(store: ObjectStore, digest: bytes) -> bytes:
    return b"".join([piece async for piece in await storage.open_content(store, digest)])


@pytest.mark.parametrize("content", [PDF, LARGE], ids=["small", "multipart"])
async def test_an_object_is_written_found_listed_and_removed(
    store: ObjectStore, content: bytes
) -> None:
    assert not await storage.exists(store, DIGEST)
    for _ in range(2):
        await storage.put(store, DIGEST, io.BytesIO(content))
    assert await storage.exists(store, DIGEST)
    assert await content_of(store, DIGEST) == content
    assert b"".join(await asyncio.to_thread(list, storage.read(store, DIGEST))) == content
    later = clock.now() + timedelta(minutes=1)
    assert [d async for batch in storage.older_than(store, later) for d in batch] == [DIGEST]
    elsewhere = storage.get_store("s3://papers/another")
    assert not await storage.exists(elsewhere, DIGEST)
    for _ in range(2):
        await storage.delete(store, DIGEST)
    with pytest.raises(FileNotFoundError):
        await storage.open_content(store, DIGEST)


async def test_an_upload_is_kept_and_opened_again(configured: Bucket) -> None:
    settings = get_settings().model_copy(update={"files_url": "s3://papers/uploads"})
    stored = await service.put_upload(settings, "身份证.pdf", io.BytesIO(PDF))
    assert stored.digest == sm3(PDF)
    async with service.local_copy(settings, stored.digest) as copy:
        assert copy.read() == PDF


async def test_what_is_sealed_is_never_written_over(store: ObjectStore) -> None:
    await obstore.put_async(store, "seals/2026-11-23.json", b"first", mode="create")
    with pytest.raises(AlreadyExistsError):
        await obstore.put_async(store, "seals/2026-11-23.json", b"second", mode="create")
    kept = await obstore.get_async(store, "seals/2026-11-23.json")
    assert bytes(await kept.bytes_async()) == b"first"


@pytest.mark.parametrize("wrong", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
async def test_a_wrong_key_is_not_taken_for_a_missing_file(
    configured: Bucket, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv(wrong, "wrong")
    store = storage.get_store("s3://papers/wrong")
    for work in (
        storage.put(store, DIGEST, io.BytesIO(PDF)),
        storage.exists(store, DIGEST),
        storage.open_content(store, DIGEST),
        storage.delete(store, DIGEST),
    ):
        with pytest.raises(StorageUnavailable):
            await work


async def test_storage_that_does_not_answer_is_said_within_seconds(
    configured: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    store = storage.get_store("s3://papers/away")
    async with asyncio.timeout(20):
        with pytest.raises(StorageUnavailable):
            await storage.put(store, DIGEST, io.BytesIO(PDF))


@asynccontextmanager
async def cut_off_after(port: int, limit: int) -> AsyncIterator[int]:
    """A way to the server on which every connection breaks after so many bytes sent."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", port)
        back = asyncio.create_task(copy(there, writer, sys.maxsize))
        await copy(reader, away, limit)
        back.cancel()
        for end in (writer, away):
            end.transport.abort()

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int) -> None:
    try:
        while limit > 0 and (piece := await reader.read(min(65536, limit))):
            writer.write(piece)
            await writer.drain()
            limit -= len(piece)
    except ConnectionError:
        return


async def test_an_upload_that_breaks_off_leaves_nothing_under_its_name(
    configured: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = storage.get_store("s3://papers/broken")
    async with cut_off_after(configured.port, 1_000_000) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        storage.get_store.cache_clear()
        broken = storage.get_store("s3://papers/broken")
        with pytest.raises(StorageUnavailable):
            await storage.put(broken, DIGEST, io.BytesIO(LARGE))
    assert not await storage.exists(whole, DIGEST)
    await storage.put(whole, DIGEST, io.BytesIO(LARGE))
    assert await content_of(whole, DIGEST) == LARGE
