"""What this bridge has taken and not yet delivered, sealed in SQLite and safe from a power cut.

A command is journalled before it is acknowledged and again before its device moves; what came of
it is written together with its end. So after any interruption each command is in one of three
states, and none runs twice.
"""

import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tongban_bridge.device import Attachment
from tongban_bridge.faults import Fault

_SCHEMA = """
CREATE TABLE IF NOT EXISTS commands (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, command_id TEXT NOT NULL,
  at TEXT NOT NULL, sealed BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS files (
  delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE, position INTEGER NOT NULL,
  media_type TEXT NOT NULL, sealed BLOB NOT NULL, file_id TEXT,
  PRIMARY KEY (delivery_id, position)
);
"""


DAMAGED = {"state": "failed", "code": "queue_damaged", "detail": None}
"""What is told where a sealed delivery cannot be opened any more."""


@dataclass(frozen=True)
class Delivery:
    """What came of a command, in the words of the contract, and the ids of its uploaded files."""

    sequence: int
    id: str
    command_id: str
    at: str
    outcome: dict[str, Any]
    file_ids: tuple[str | None, ...]


class Store:
    """The journal and the queue; usable from any thread."""

    def __init__(self, path: Path, key: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._cipher = AESGCM(key)
        self._lock = threading.Lock()
        try:
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        except sqlite3.OperationalError as problem:
            raise Fault("home", f"{path}: {problem}") from None
        try:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._database.execute(f"PRAGMA {pragma}")
            self._database.executescript(_SCHEMA)
        except sqlite3.OperationalError as problem:
            self._database.close()
            raise Fault("home", f"{path}: {problem}") from None
        except sqlite3.DatabaseError:
            self._database.close()
            raise Fault("queue_damaged", str(path)) from None

    def take(self, command_id: str, kind: str) -> bool:
        """Journal a command; whether it is new."""
        with self._transaction() as database:
            return bool(
                database.execute(
                    "INSERT OR IGNORE INTO commands VALUES (?, ?, 'taken', ?)",
                    (command_id, kind, _now()),
                ).rowcount
            )

    def start(self, command_id: str) -> None:
        """Journal that its device moves from now on."""
        with self._transaction() as database:
            database.execute("UPDATE commands SET state = 'started' WHERE id = ?", (command_id,))

    def finish(
        self, command_id: str, outcome: dict[str, Any], files: Sequence[Attachment] = ()
    ) -> None:
        """End a command and queue what came of it; once, whatever is said later."""
        delivery_id = str(uuid.uuid4())
        with self._transaction() as database:
            ended = database.execute(
                "UPDATE commands SET state = 'over' WHERE id = ? AND state <> 'over'", (command_id,)
            )
            if not ended.rowcount:
                return
            database.execute(
                "INSERT INTO deliveries (id, command_id, at, sealed) VALUES (?, ?, ?, ?)",
                (delivery_id, command_id, _now(), self._seal(_encode(outcome), delivery_id)),
            )
            database.executemany(
                "INSERT INTO files VALUES (?, ?, ?, ?, NULL)",
                (
                    (delivery_id, n, file.media_type, self._seal(file.content, f"{delivery_id}{n}"))
                    for n, file in enumerate(files)
                ),
            )

    def unfinished(self) -> list[tuple[str, str, bool]]:
        """Commands that have no end yet: id, kind, and whether their device has moved."""
        with self._transaction() as database:
            rows = database.execute("SELECT id, kind, state FROM commands WHERE state <> 'over'")
            return [(id, kind, state == "started") for id, kind, state in rows]

    def first(self) -> Delivery | None:
        """What is to be delivered next."""
        with self._transaction() as database:
            row = database.execute(
                "SELECT sequence, id, command_id, at, sealed FROM deliveries"
                " ORDER BY sequence LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            sequence, id, command_id, at, sealed = row
            file_ids = database.execute(
                "SELECT file_id FROM files WHERE delivery_id = ? ORDER BY position", (id,)
            ).fetchall()
        try:
            outcome = json.loads(self._open(sealed, id))
        except InvalidTag:
            outcome = dict(DAMAGED)
        return Delivery(sequence, id, command_id, at, outcome, tuple(row[0] for row in file_ids))

    def file(self, delivery_id: str, position: int) -> Attachment:
        """One file of a delivery.

        Raises:
            Fault: `queue_damaged`.
        """
        with self._transaction() as database:
            media_type, sealed = database.execute(
                "SELECT media_type, sealed FROM files WHERE delivery_id = ? AND position = ?",
                (delivery_id, position),
            ).fetchone()
        try:
            return Attachment(media_type, self._open(sealed, f"{delivery_id}{position}"))
        except InvalidTag:
            raise Fault("queue_damaged") from None

    def uploaded(self, delivery_id: str, position: int, file_id: str) -> None:
        """Keep the id that the platform gave a file, and drop its content."""
        with self._transaction() as database:
            database.execute(
                "UPDATE files SET file_id = ?, sealed = x'' WHERE delivery_id = ? AND position = ?",
                (file_id, delivery_id, position),
            )

    def confirmed(self, sequence: int) -> None:
        """Forget a delivery that the platform has answered for good."""
        with self._transaction() as database:
            database.execute("DELETE FROM deliveries WHERE sequence = ?", (sequence,))

    def count(self) -> int:
        """How many deliveries wait."""
        with self._transaction() as database:
            return int(database.execute("SELECT count(*) FROM deliveries").fetchone()[0])

    def size(self) -> int:
        """How much waits, sealed."""
        with self._transaction() as database:
            return int(
                database.execute(
                    "SELECT (SELECT coalesce(sum(length(sealed)), 0) FROM deliveries)"
                    " + (SELECT coalesce(sum(length(sealed)), 0) FROM files)"
                ).fetchone()[0]
            )

    def forget_before(self, time: datetime) -> int:
        """Drop what has waited since before; how many deliveries that were."""
        limit = time.astimezone(UTC).isoformat()
        with self._transaction() as database:
            database.execute("DELETE FROM commands WHERE state = 'over' AND at < ?", (limit,))
            return database.execute("DELETE FROM deliveries WHERE at < ?", (limit,)).rowcount

    def forget_older(self, days: int) -> int:
        """Drop what has waited longer; how many deliveries that were."""
        return self.forget_before(datetime.now(UTC) - timedelta(days=days))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. Raises Fault `home` where the disk takes no more."""
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                yield self._database
                self._database.execute("COMMIT")
            except BaseException as problem:
                # A full disk has SQLite roll back by itself, sometimes.
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                if isinstance(problem, sqlite3.OperationalError):
                    raise Fault("home", str(problem)) from None
                raise

    def _seal(self, content: bytes, context: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, content, context.encode())

    def _open(self, sealed: bytes, context: str) -> bytes:
        return self._cipher.decrypt(sealed[:12], sealed[12:], context.encode())


def _encode(outcome: dict[str, Any]) -> bytes:
    return json.dumps(outcome, ensure_ascii=False).encode()


def _now() -> str:
    return datetime.now(UTC).isoformat()
