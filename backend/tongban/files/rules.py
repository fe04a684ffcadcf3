"""What a file may be and be called: pure functions."""

import unicodedata
import zipfile
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import quote

import filetype

OFD = "application/ofd"
"""Open Fixed-layout Document, GB/T 33190: China's standard of electronic papers."""

# HEIC is left out: no browser at a counter shows it, and phones convert on upload.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    OFD: (".ofd",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
}
_NAME_LENGTH = 120
_SUFFIX_LENGTH = 10
_HEAD = 8192


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
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            return "OFD.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError):
        return False


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
