"""The package of an archived case (电子归档): a ZIP that explains itself without the platform.

    index.json     what the case was, how long it is kept, every file with size and SM3 digest
    index.html     the same for a reader's eyes
    events.json    the chain of events
    papers/        receipts and notices as PDF/A
    materials/     what the applicant handed in
    record/        what is not for every reader's eyes, sealed

The package's digest is the SM3 of `index.json`, which pins every other file. Files are stored,
not compressed: scans do not shrink, and a damaged archive stays readable around the damage.
The same input gives the same bytes.
"""

import html
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import IO, Any, Literal

import orjson
from cryptography.hazmat.primitives import hashes

from tongban.files.rules import safe_name

FORMAT = "tongban-archive/1"
INDEX = "index.json"
_PIECE = 256 * 1024
_UNSAFE = str.maketrans('<>:"|?*', "_______")

Folder = Literal["papers", "materials", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of the package. `content` is read once, from where it stands to its end."""

    folder: Folder
    title: str
    """What it is: 受理回执单, or the material's name."""
    name: str
    media_type: str
    content: IO[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long the package is kept: `years` after the end, or for ever when None."""

    years: int | None
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    path: str
    title: str
    media_type: str
    bytes: int
    sm3: str


@dataclass(frozen=True, slots=True)
class Package:
    """What was written. `digest` is SM3 in hex over `index.json`."""

    digest: str
    entries: tuple[Entry, ...]


def build_package(
    target: IO[bytes],
    *,
    case: dict[str, Any],
    events: Sequence[dict[str, Any]],
    parts: Iterable[Part],
    retention: Retention,
    archived_on: date,
) -> Package:
    """Write a package to `target`, reading one part after another.

    `case` holds JSON values and needs `number`, `matter` and `applicant` for the readable index.
    """
    entries: list[Entry] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        writer = _Writer(archive, archived_on)
        for place, part in enumerate(parts, 1):
            path = f"{part.folder}/{place:02}-{safe_name(part.name).translate(_UNSAFE)}"
            size, digest = writer.copy(path, part.content)
            entries.append(
                Entry(
                    path=path,
                    title=part.title,
                    media_type=part.media_type,
                    bytes=size,
                    sm3=digest,
                )
            )
        entries.append(writer.text("events.json", "办理记录", "application/json", _json(events)))
        page = _page(case, entries, retention, archived_on)
        entries.append(writer.text("index.html", "目录", "text/html", page))
        index = _json(
            {
                "format": FORMAT,
                "case": case,
                "archived_on": archived_on,
                "retention": asdict(retention),
                "entries": [asdict(entry) for entry in entries],
            }
        )
        last = writer.text(INDEX, "目录", "application/json", index)
    return Package(last.sm3, tuple(entries))


def verify_package(source: IO[bytes], digest: str) -> list[str]:
    """Paths that are not as they were archived: changed, missing or added. Empty when all is well.

    Raises `zipfile.BadZipFile` for what is no ZIP at all.
    """
    with zipfile.ZipFile(source) as archive:
        present = set(archive.namelist())
        if INDEX not in present or _digest_of(archive, INDEX) != digest:
            return [INDEX]
        listed = {entry["path"]: entry["sm3"] for entry in _entries(archive)}
        wrong = {
            path
            for path, expected in listed.items()
            if path not in present or _digest_of(archive, path) != expected
        }
        return sorted(wrong | (present - listed.keys() - {INDEX}))


def _entries(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    found: list[dict[str, str]] = orjson.loads(archive.read(INDEX))["entries"]
    return found


def _digest_of(archive: zipfile.ZipFile, path: str) -> str | None:
    """SM3 in hex of a member; None where the ZIP's own checksum already fails."""
    digest = hashes.Hash(hashes.SM3())
    try:
        with archive.open(path) as content:
            while piece := content.read(_PIECE):
                digest.update(piece)
    except zipfile.BadZipFile:
        return None
    return digest.finalize().hex()


class _Writer:
    """Members with a fixed date, so that equal input gives equal bytes."""

    def __init__(self, archive: zipfile.ZipFile, day: date) -> None:
        self._archive = archive
        self._moment = (day.year, day.month, day.day, 0, 0, 0)

    def _info(self, path: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self._moment)
        info.external_attr = 0o644 << 16
        info.create_system = 3
        return info

    def copy(self, path: str, content: IO[bytes]) -> tuple[int, str]:
        digest, size = hashes.Hash(hashes.SM3()), 0
        with self._archive.open(self._info(path), "w") as member:
            while piece := content.read(_PIECE):
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        return size, digest.finalize().hex()

    def text(self, path: str, title: str, media_type: str, content: bytes) -> Entry:
        digest = hashes.Hash(hashes.SM3())
        digest.update(content)
        self._archive.writestr(self._info(path), content)
        return Entry(
            path=path,
            title=title,
            media_type=media_type,
            bytes=len(content),
            sm3=digest.finalize().hex(),
        )


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _page(
    case: dict[str, Any], entries: Sequence[Entry], retention: Retention, archived_on: date
) -> bytes:
    keep = f"{retention.years}年，至{retention.until}" if retention.until else "永久"
    facts = (
        ("办件编号", case["number"]),
        ("事项名称", case["matter"]),
        ("申请人", case["applicant"]),
        ("归档日期", archived_on),
        ("保管期限", keep),
    )
    head = "".join(f"<tr><th>{label}</th><td>{_shown(value)}</td></tr>" for label, value in facts)
    body = "".join(
        f'<tr><td>{place}</td><td><a href="{_shown(entry.path)}">{_shown(entry.title)}</a></td>'
        f"<td>{entry.bytes}</td><td><code>{entry.sm3}</code></td></tr>"
        for place, entry in enumerate(entries, 1)
    )
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>电子档案目录</title>'
        "<style>body{font:16px/1.6 sans-serif;margin:2em auto;max-width:70em}"
        "table{border-collapse:collapse;margin:1em 0}"
        "th,td{border:1px solid #888;padding:.3em .7em;text-align:left}"
        "code{overflow-wrap:anywhere}</style>"
        f"<h1>电子档案目录</h1><table>{head}</table>"
        "<table><tr><th>序号</th><th>文件</th><th>字节</th><th>SM3 摘要</th></tr>"
        f"{body}</table></html>\n"
    ).encode()


def _shown(value: object) -> str:
    return html.escape(str(value))
