"""Object storage. An object's name is its digest, so writing one twice changes nothing."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from functools import lru_cache
from typing import IO, TYPE_CHECKING

import obstore
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

if TYPE_CHECKING:
    from obstore import BytesStream

_PREFIX = "files"


@lru_cache(maxsize=4)
def get_store(url: str) -> ObjectStore:
    """The store behind `Settings.files_url`; S3 credentials come from the usual AWS variables."""
    if url.startswith("file://"):
        return LocalStore.from_url(url, mkdir=True)
    if url.startswith("memory://"):
        return MemoryStore()
    return from_url(url)


def key(digest: bytes) -> str:
    """Spread over 256 folders: a folder on disk stays small."""
    name = digest.hex()
    return f"{_PREFIX}/{name[:2]}/{name}"


async def put(store: ObjectStore, digest: bytes, content: IO[bytes]) -> None:
    content.seek(0)
    await obstore.put_async(store, key(digest), content)


async def exists(store: ObjectStore, digest: bytes) -> bool:
    try:
        await obstore.head_async(store, key(digest))
    except FileNotFoundError:
        return False
    return True


async def open_content(store: ObjectStore, digest: bytes) -> AsyncIterator[bytes]:
    """The content in pieces. Raises `FileNotFoundError` before the first one."""
    found = await obstore.get_async(store, key(digest))
    return _pieces(found.stream())


async def _pieces(stream: "BytesStream") -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)


def read(store: ObjectStore, digest: bytes) -> Iterator[bytes]:
    """The content in pieces, for a thread. Raises `FileNotFoundError` before the first one."""
    for piece in obstore.get(store, key(digest)).stream():
        yield bytes(piece)


async def delete(store: ObjectStore, digest: bytes) -> None:
    try:
        await obstore.delete_async(store, key(digest))
    except FileNotFoundError:
        return


async def older_than(store: ObjectStore, moment: datetime) -> AsyncIterator[list[bytes]]:
    """Digests of objects last written before `moment`, some hundreds at a time."""
    async for batch in obstore.list(store, _PREFIX, chunk_size=500):
        yield [
            bytes.fromhex(item["path"].rsplit("/", 1)[-1])
            for item in batch
            if item["last_modified"] < moment
        ]
