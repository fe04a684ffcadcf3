"""Object storage. An object's name is its digest, so writing one twice changes nothing."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import IO, TYPE_CHECKING

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from tongban.files.problems import StorageUnavailable

if TYPE_CHECKING:
    from obstore import BytesStream
    from obstore.store import RetryConfig

_PREFIX = "files"


log = structlog.get_logger(__name__)

# A counter waits: the library's own would try for three minutes. Options of its client stay the
# operator's (AWS_ALLOW_HTTP and the like): giving one here would put all of those aside.
_RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}


@lru_cache(maxsize=4)
def get_store(url: str) -> ObjectStore:
    """The store behind `Settings.files_url`; S3 credentials come from the usual AWS variables."""
    if url.startswith("file://"):
        return LocalStore.from_url(url, mkdir=True)
    if url.startswith("memory://"):
        return MemoryStore()
    return from_url(url, retry_config=_RETRIES)


@contextmanager
def _answering() -> Iterator[None]:
    """Raises `StorageUnavailable` where storage is away, full or refuses us."""
    try:
        yield
    except BaseError as error:
        log.error("storage failed", error=type(error).__name__, exc_info=error)
        raise StorageUnavailable from error


def key(digest: bytes) -> str:
    """Spread over 256 folders: a folder on disk stays small."""
    name = digest.hex()
    return f"{_PREFIX}/{name[:2]}/{name}"


async def put(store: ObjectStore, digest: bytes, content: IO[bytes]) -> None:
    """Raises `StorageUnavailable`; then nothing is there under this name."""
    content.seek(0)
    with _answering():
        await obstore.put_async(store, key(digest), content)


async def exists(store: ObjectStore, digest: bytes) -> bool:
    with _answering(), suppress(FileNotFoundError):
        await obstore.head_async(store, key(digest))
        return True
    return False


async def open_content(store: ObjectStore, digest: bytes) -> AsyncIterator[bytes]:
    """The content in pieces. Raises `FileNotFoundError`, `StorageUnavailable` before the first
    one."""
    with _answering():
        found = await obstore.get_async(store, key(digest))
    return _pieces(found.stream())


async def _pieces(stream: "BytesStream") -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)


def read(store: ObjectStore, digest: bytes) -> Iterator[bytes]:
    """The content in pieces, for a thread. Raises `FileNotFoundError` before the first one."""
    with _answering():
        for piece in obstore.get(store, key(digest)).stream():
            yield bytes(piece)


async def delete(store: ObjectStore, digest: bytes) -> None:
    with _answering(), suppress(FileNotFoundError):
        await obstore.delete_async(store, key(digest))


async def older_than(store: ObjectStore, moment: datetime) -> AsyncIterator[list[bytes]]:
    """Digests of objects last written before `moment`, some hundreds at a time."""
    async for batch in obstore.list(store, _PREFIX, chunk_size=500):
        yield [
            bytes.fromhex(item["path"].rsplit("/", 1)[-1])
            for item in batch
            if item["last_modified"] < moment
        ]
