"""Names and kinds, without a database."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files.conftest import PDF, PNG, zipped
from tongban.files import rules


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("申请表.pdf", "申请表.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\王\\扫描件.PNG", "扫描件.PNG"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("x\u202efdp.exe", "xfdp.exe"),
        ("..", ""),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_no_folder_and_no_hidden_mark(given_name: str, kept: str) -> None:
    assert rules.safe_name(given_name) == kept


@given(st.text())
def test_any_name_is_short_single_and_safe_in_a_header(name: str) -> None:
    safe = rules.safe_name(name)
    assert len(safe) <= 120
    assert "/" not in safe
    assert "\\" not in safe
    header = rules.content_disposition(safe)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (zipped("OFD.xml"), "application/ofd"),
        (zipped("word/document.xml"), "application/zip"),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_kind_is_told_by_content(content: bytes, kind: str | None) -> None:
    assert rules.sniff(io.BytesIO(content)) == kind


@given(st.binary(max_size=200))
def test_no_content_breaks_the_sniffer(content: bytes) -> None:
    rules.sniff(io.BytesIO(b"PK\x03\x04" + content))
    rules.sniff(io.BytesIO(content))
