"""Storage on disk: the default of a real installation."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from tongban.core import clock
from tongban.files import storage

DIGEST = bytes(range(32))


async def test_an_object_on_disk_is_written_found_listed_and_removed(tmp_path: Path) -> None:
    store = storage.get_store((tmp_path / "附件 目录").as_uri())
    assert not await storage.exists(store, DIGEST)
    content = bytes(7_000_000)
    await storage.put(store, DIGEST, io.BytesIO(content))
    await storage.put(store, DIGEST, io.BytesIO(content))
    pieces = [piece async for piece in await storage.open_content(store, DIGEST)]
    assert b"".join(pieces) == content
    later = clock.now() + timedelta(minutes=1)
    assert [d async for batch in storage.older_than(store, later) for d in batch] == [DIGEST]
    earlier = clock.now() - timedelta(minutes=1)
    assert [d async for batch in storage.older_than(store, earlier) for d in batch] == []
    await storage.delete(store, DIGEST)
    await storage.delete(store, DIGEST)
    with pytest.raises(FileNotFoundError):
        await storage.open_content(store, DIGEST)
