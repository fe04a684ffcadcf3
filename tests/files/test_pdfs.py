"""A PDF is whole or refused; what real writers make is whole."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import img2pdf
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.documents.samples import RECEIPT
from tests.files.conftest import PDF, picture
from tests.files.test_upload import upload
from tongban.cases.documents.render import render_receipt
from tongban.files import pdfs

Headers = dict[str, str]


def by_qpdf(**how: Any) -> Callable[[], bytes]:
    def write() -> bytes:
        content = io.BytesIO()
        with pikepdf.new() as made:
            for _ in range(3):
                made.add_blank_page()
            made.save(content, **how)
        return content.getvalue()

    return write


def by_pillow() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (60, 80)).save(content, "PDF")
    return content.getvalue()


def revised() -> bytes:
    """A second revision is written behind the first (incremental update)."""
    content = io.BytesIO(by_pillow())
    Image.new("RGB", (60, 80)).save(content, "PDF", append=True)
    return content.getvalue()


WRITERS: dict[str, Callable[[], bytes]] = {
    "by hand": lambda: PDF,
    "scanner": lambda: bytes(img2pdf.convert(picture("JPEG"))),
    "receipt": lambda: render_receipt(RECEIPT),
    "pillow": by_pillow,
    "revised": revised,
    "table": by_qpdf(object_stream_mode=pikepdf.ObjectStreamMode.disable),
    "streams": by_qpdf(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearised": by_qpdf(linearize=True),
    "locked": by_qpdf(encryption=pikepdf.Encryption(owner="a", user="b")),
}
MADE = {name: write() for name, write in WRITERS.items()}


def whole(content: bytes) -> bool:
    return pdfs.is_whole(io.BytesIO(content))


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize(
    "after", [b"", b"\r\n\r\n", b"\x1a", bytes(40_000), b"\n<!-- printed by a copier -->"]
)
def test_what_a_writer_made_is_whole(name: str, after: bytes) -> None:
    assert whole(MADE[name] + after)


@pytest.mark.browser
def test_what_chromium_prints_is_whole(chromium: str, tmp_path: Path) -> None:
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text("<h1>申请表</h1>", encoding="utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile")
    command = [chromium, *options, f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert whole(printed.read_bytes())


@given(name=st.sampled_from(sorted(MADE.keys() - {"revised"})), data=st.data())
def test_whatever_is_cut_off_is_missed(name: str, data: st.DataObject) -> None:
    content = MADE[name].rstrip()
    assert not whole(content[: data.draw(st.integers(0, len(content) - 1))])


def test_a_revision_that_was_cut_off_is_missed() -> None:
    content = MADE["revised"].rstrip()
    first = content.index(b"%%EOF") + len(b"%%EOF")
    assert first < len(content) - 1025
    assert not any(whole(content[:cut]) for cut in range(first + 1025, len(content)))


@given(
    name=st.sampled_from(sorted(MADE.keys() - {"by hand"})),
    at=st.floats(0.05, 0.6),
    length=st.integers(100, 400),
)
def test_bytes_lost_or_gained_on_the_way_are_noticed(name: str, at: float, length: int) -> None:
    content = MADE[name]
    place = int(len(content) * at)
    assert not whole(content[:place] + content[place + length :])
    assert not whole(content[:place] + b"<html>" * length + content[place:])


@pytest.mark.parametrize(
    "end",
    [b"", b"%%EOF", b"startxref\n%%EOF", b"startxref\n0\n%%EOF", b"startxref\n99999999\n%%EOF"],
)
def test_an_end_that_points_nowhere_is_none(end: bytes) -> None:
    assert not whole(PDF[: PDF.index(b"startxref")] + end)


async def test_a_clerk_is_told_what_to_do_about_it(
    client: httpx.AsyncClient, clerk: Headers
) -> None:
    scan = MADE["scanner"]
    refused = await upload(client, clerk, "户口簿.pdf", scan[: len(scan) // 2])
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/file", "pdf_broken")
    assert "重新导出、扫描或复制" in error["message"]
    assert (await upload(client, clerk, "户口簿.pdf", scan)).status_code == 201
