"""What a file may be and be called: pure functions."""

import struct
import unicodedata
import zipfile
from os import SEEK_END
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import quote

import filetype

PDF = "application/pdf"
OFD = "application/ofd"
"""Open Fixed-layout Document, GB/T 33190: China's standard of electronic papers."""

# HEIC is left out: no browser at a counter shows it, and phones convert on upload.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    OFD: (".ofd",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
}
_NAME_LENGTH = 120
_SUFFIX_LENGTH = 10
_HEAD = 8192
_ZIP_END = 22
_ZIP_TAIL = _ZIP_END + 0xFFFF
_DIRECTORY_MOST = 1024 * 1024
"""Bytes of a ZIP's directory that are read: some ten thousand entries, an OFD has some dozens."""


def sniff(content: IO[bytes]) -> str | None:
    """Media type by content, whatever the name says; None for what is not recognised."""
    content.seek(0)
    head = content.read(_HEAD)
    if head.startswith(b"PK"):
        return OFD if _is_ofd(content) else "application/zip"
    kind = filetype.guess(head) if head else None
    return str(kind.mime) if kind else None


def _is_ofd(content: IO[bytes]) -> bool:
    """Whether a ZIP has OFD's entry document; reads the directory, unpacks nothing."""
    directory = zip_directory(content)
    if directory is None or directory > _DIRECTORY_MOST:
        return False
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            return "OFD.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError):
        return False


def zip_directory(content: IO[bytes]) -> int | None:
    """Bytes of the directory of the ZIP that this file is or ends in; None where there is none.

    ZIP is read from its end, so that any file with one appended is both (APPNOTE 4.3.16).
    """
    end = content.seek(0, SEEK_END)
    content.seek(max(end - _ZIP_TAIL, 0))
    tail = content.read(_ZIP_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _ZIP_END:
        return None
    entries, size = struct.unpack("<HI", tail[at + 10 : at + 16])
    begin = end - len(tail) + at - size
    if entries == 0 or begin < 0:
        # ZIP64 keeps its real numbers in a record before, which a locator names.
        return size if tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07") else None
    content.seek(begin)
    return size if content.read(4) == b"PK\x01\x02" else None


def extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def safe_name(name: str) -> str:
    """A plain file name: no folders, no control or direction marks, at most 120 characters."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in base if unicodedata.category(c)[0] != "C").strip(" .")
    suffix = PurePosixPath(shown).suffix[:_SUFFIX_LENGTH]
    stem = shown.removesuffix(suffix)
    return stem[: _NAME_LENGTH - len(suffix)] + suffix


def content_disposition(name: str) -> str:
    """RFC 6266 header that saves under `name`, Chinese included."""
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in "-_." else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
