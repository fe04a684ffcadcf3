"""Whether a PDF is whole, told by its end: nothing is parsed, nothing decoded.

A PDF is read from its end (ISO 32000-2, 7.5.5): `startxref` says where the last cross-reference
section begins, `%%EOF` closes it. One that was cut off lacks the end; one that lost or gained bytes
on its way has an end that points elsewhere. Writers are sloppy about both, so that what viewers
open without complaint passes: bytes after the end, a place some bytes off, earlier revisions.
"""

import re
from os import SEEK_END
from typing import IO

_TAIL = 64 * 1024
"""How much is read from the end: discs and scanners fill up their blocks with zeros."""
_AFTER_END = 1024
"""Bytes that may follow `%%EOF`; what Acrobat has always looked through."""
_OFF_BY = 32
"""How wrong a place may be: a byte order mark, or line ends that a transfer rewrote."""
_SECTION = 4096
"""The dictionary of a cross-reference stream lies within so many bytes of its beginning."""

_BLANK = b"\0\t\n\f\r "
_END = re.compile(rb"startxref\s+(0*[1-9]\d{0,11})\s+%%EOF")
_TABLE_OR_STREAM = re.compile(
    rb"xref\s+\d+\s+\d+\s|\d+\s+\d+\s+obj\b(?:(?!endobj|stream).)*?/XRef\b", re.DOTALL
)
"""The head of a table's first part (7.5.4), or the dictionary of a stream (7.5.8)."""
_LINEARISED = re.compile(rb"/Linearized\b(?:(?!endobj).)*?/L\s+(\d{1,12})", re.DOTALL)


def is_whole(content: IO[bytes]) -> bool:
    """Whether the last cross-reference section is there and is where the end of the file says."""
    length = content.seek(0, SEEK_END)
    begin = max(length - _TAIL, 0)
    tail = _read(content, begin, _TAIL).rstrip(_BLANK)
    ends = list(_END.finditer(tail))
    if not ends or len(tail) - ends[-1].end() > _AFTER_END:
        return False
    place, end = int(ends[-1][1]), begin + ends[-1].end()
    section = _read(content, max(place - _OFF_BY, 0), _SECTION)
    found = _TABLE_OR_STREAM.search(section)
    if found is None or found.start() > 2 * _OFF_BY:
        return False
    # Written for the web, the last section stands first and does not move with what is lost behind
    # it: but then the head tells how long the file is (annex F.3.3).
    head = _LINEARISED.search(_read(content, 0, _SECTION)) if place < _SECTION else None
    return head is None or abs(int(head[1]) - end) <= _OFF_BY


def _read(content: IO[bytes], begin: int, most: int) -> bytes:
    content.seek(begin)
    return content.read(most)
