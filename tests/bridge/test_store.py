"""The durable queue: once, in order, sealed, and there after a crash."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tongban_bridge.device import Attachment
from tongban_bridge.faults import Fault
from tongban_bridge.store import DAMAGED, Store

KEY = bytes(range(32))
DONE = {"state": "done", "result": {"name": "陈晓明"}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "queue.sqlite", KEY)) as store:
        yield store


def finished(store: Store, *command_ids: str) -> None:
    for command_id in command_ids:
        store.take(command_id, "read_card")
        store.finish(command_id, DONE)


def test_deliveries_leave_in_order(store: Store) -> None:
    finished(store, "b", "a", "c")
    assert store.count() == 3
    left = []
    while delivery := store.first():
        left.append((delivery.command_id, delivery.outcome))
        store.confirmed(delivery.sequence)
    assert left == [("b", DONE), ("a", DONE), ("c", DONE)]
    assert store.count() == 0


def test_sequences_never_repeat(store: Store) -> None:
    finished(store, "a")
    first = store.first()
    assert first
    store.confirmed(first.sequence)
    finished(store, "b")
    second = store.first()
    assert second
    assert second.sequence > first.sequence


def test_a_command_is_taken_and_ends_once(store: Store) -> None:
    assert store.take("a", "print")
    assert not store.take("a", "print")
    store.finish("a", DONE)
    store.finish("a", {"state": "failed", "code": "unconfirmed"})
    assert store.count() == 1
    assert not store.take("a", "print")


def test_what_was_interrupted(store: Store) -> None:
    store.take("a", "print")
    store.take("b", "print")
    store.start("b")
    finished(store, "c")
    assert store.unfinished() == [("a", "print", False), ("b", "print", True)]


def test_files_are_kept_until_uploaded(store: Store) -> None:
    store.take("a", "scan")
    pages = [Attachment("image/jpeg", b"one"), Attachment("image/jpeg", b"two")]
    store.finish("a", {"state": "done", "result": {}}, pages)
    delivery = store.first()
    assert delivery
    assert delivery.file_ids == (None, None)
    assert store.file(delivery.id, 1) == pages[1]
    store.uploaded(delivery.id, 0, "f0")
    again = store.first()
    assert again
    assert again.file_ids == ("f0", None)
    store.confirmed(delivery.sequence)
    assert store.size() == 0


def test_nothing_personal_is_readable_on_disk(store: Store, tmp_path: Path) -> None:
    store.take("a", "read_card")
    store.finish("a", DONE, [Attachment("image/jpeg", b"the page itself")])
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in ("陈晓明".encode(), b"the page itself", b"done"):
        assert word not in on_disk


def test_another_key_opens_nothing(store: Store, tmp_path: Path) -> None:
    store.take("a", "scan")
    store.finish("a", DONE, [Attachment("image/jpeg", b"page")])
    with closing(Store(tmp_path / "queue.sqlite", bytes(32))) as other:
        delivery = other.first()
        assert delivery
        assert delivery.outcome == DAMAGED
        with pytest.raises(Fault, match="queue_damaged"):
            other.file(delivery.id, 0)


def test_a_file_that_is_no_queue(tmp_path: Path) -> None:
    (tmp_path / "queue.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(Fault, match="queue_damaged"):
        Store(tmp_path / "queue.sqlite", KEY)


def test_age_limit(store: Store) -> None:
    finished(store, "a")
    assert store.forget_older(7) == 0
    assert store.forget_before(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert store.count() == 0


def test_survives_kill(tmp_path: Path) -> None:
    """What `finish` has returned for is there after SIGKILL, and nothing by halves."""
    program = """
import sys
from pathlib import Path
from tongban_bridge.device import Attachment
from tongban_bridge.store import Store
store = Store(Path(sys.argv[1]), bytes(range(32)))
for number in range(100000):
    store.take(str(number), "scan")
    store.finish(str(number), {"state": "done", "result": {}}, [Attachment("a/b", b"x" * 5000)])
    print(number, flush=True)
"""
    path = tmp_path / "queue.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    said = [int(process.stdout.readline()) for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    said += [int(line) for line in process.stdout.read().split()]
    process.wait()
    process.stdout.close()

    with closing(Store(path, KEY)) as store:
        assert store.count() in (len(said), len(said) + 1)
        for number in said:
            delivery = store.first()
            assert delivery
            assert delivery.command_id == str(number)
            assert store.file(delivery.id, 0).content == b"x" * 5000
            store.confirmed(delivery.sequence)


def test_every_write_reaches_the_disk(store: Store) -> None:
    database: sqlite3.Connection = store._database
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
