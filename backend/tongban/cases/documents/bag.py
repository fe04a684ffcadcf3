"""A BagIt package (RFC 8493) as one ZIP, written while it is read: it may be larger than memory.

Libraries and archives know the layout and have tools for it, and `sha256sum -c
manifest-sha256.txt` in the unpacked folder checks every file without any of them.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO

_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE_END_OR_PERCENT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the package. `content` is read once."""

    path: str
    content: Iterable[bytes]


class _Drain:
    """What a ZIP is written to: kept only until it is taken away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def write_bag(
    name: str, moment: datetime, info: dict[str, str], payload: Iterable[Member]
) -> Iterator[bytes]:
    """The package's bytes, piece by piece. `name` is its only top folder.

    `payload` is asked for a file only when the one before was read, so that the last file can
    say what became of all others. `info` are the lines of `bag-info.txt`.
    """
    drain = _Drain()
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_STORED) as archive:
        bag = _Bag(archive, name, moment)
        for member in payload:
            for _ in bag.copy(member):
                yield drain.take()
        described = info | {
            "Bagging-Date": moment.date().isoformat(),
            "Payload-Oxum": f"{bag.octets}.{len(bag.manifest)}",
        }
        bag.close("".join(f"{label}: {said}\n" for label, said in described.items()))
    yield drain.take()


def _line(digest: str, path: str) -> str:
    return f"{digest}  {path.translate(_LINE_END_OR_PERCENT)}\n"


class _Bag:
    """A package being written."""

    def __init__(self, archive: zipfile.ZipFile, folder: str, moment: datetime) -> None:
        self._archive = archive
        self._folder = folder
        self._moment = (*moment.timetuple()[:5], 0)
        self.manifest: list[str] = []
        self.octets = 0

    def copy(self, member: Member) -> Iterator[None]:
        """Copy a file; pauses after each piece, so that it can be sent on."""
        path, digest = f"data/{member.path}", sha256()
        with self._open(path) as target:
            for piece in member.content:
                target.write(piece)
                digest.update(piece)
                self.octets += len(piece)
                yield
        self.manifest.append(_line(digest.hexdigest(), path))

    def close(self, info: str) -> None:
        """The files that say what the others are."""
        tags = {
            "bagit.txt": _DECLARATION,
            "bag-info.txt": info,
            "manifest-sha256.txt": "".join(self.manifest),
        }
        tags["tagmanifest-sha256.txt"] = "".join(
            _line(sha256(text.encode()).hexdigest(), path) for path, text in tags.items()
        )
        for path, text in tags.items():
            with self._open(path) as target:
                target.write(text.encode())

    def _open(self, path: str) -> IO[bytes]:
        info = zipfile.ZipInfo(f"{self._folder}/{path}", self._moment)
        info.external_attr = 0o644 << 16
        info.create_system = 3
        return self._archive.open(info, "w", force_zip64=True)
