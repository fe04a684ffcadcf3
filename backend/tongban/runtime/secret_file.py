"""Passwords and keys of one data folder, made at its first start."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from tongban.runtime.processes import RuntimeFailure


def _phrase() -> str:
    return secrets.token_urlsafe(36)


_MAKERS: dict[str, Callable[[], str]] = {
    "TONGBAN_SECRET_KEY": _phrase,
    "TONGBAN_DATA_KEYS": lambda: f"k1:{secrets.token_hex(16)}",
    "TONGBAN_INDEX_KEY": _phrase,
    "TONGBAN_SEAL_KEYS": lambda: secrets.token_hex(32),
    "POSTGRES_PASSWORD": _phrase,
    "POSTGRES_OWNER_PASSWORD": _phrase,
    "POSTGRES_APP_PASSWORD": _phrase,
    "POSTGRES_WORKER_PASSWORD": _phrase,
    "VALKEY_PASSWORD": _phrase,
}


def load(path: Path, *, data_exists: bool) -> dict[str, str]:
    """The secrets in `path` (lines `NAME=value`, mode 0600), making those that it lacks.

    Where data exists a missing file stops the start: with new keys, the personal data that the
    old ones sealed could never be read again.
    """
    if data_exists and not path.exists():
        raise RuntimeFailure(
            f"{path} is missing, but the data beside it was sealed with the keys it held."
            " Put the file back from your backup, or remove the whole data folder to start anew."
        )
    values = read(path) if path.exists() else {}
    missing = {name: make() for name, make in _MAKERS.items() if name not in values}
    if missing:
        values |= missing
        write(path, values)
    return values


def read(path: Path) -> dict[str, str]:
    """The values of a file of lines `NAME=value`."""
    pairs = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value for name, separator, value in pairs if separator}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Replace the file in one step, so that a crash leaves the old or the new one. Mode 0600."""
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
