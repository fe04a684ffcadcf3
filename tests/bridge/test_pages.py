"""Straightening, dropping blanks, bundling."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from tongban_bridge.faults import Fault
from tongban_bridge.scanner.pages import Page, bundle, finish
from tongban_bridge.virtual.escl import sheet


@pytest.mark.parametrize(("dpi", "degrees"), [(100, -4.0), (100, -0.8), (100, 6.0), (200, 2.5)])
def test_a_tilted_page_is_straightened(dpi: int, degrees: float) -> None:
    page = finish(sheet(1, dpi, tilt=degrees), dpi, drop_blank=True)
    assert page
    again = finish(page.jpeg, dpi, drop_blank=True)
    assert again == page, "it lies level now"


def test_a_straight_page_stays_as_it_was() -> None:
    raw = sheet(1, 200)
    assert finish(raw, 200, drop_blank=True) == Page(raw, 200)


def test_blank_pages() -> None:
    blank = sheet(1, 200, blank=True)
    assert finish(blank, 200, drop_blank=True) is None
    assert finish(blank, 200, drop_blank=False)


def test_a_single_digit_is_no_blank_page() -> None:
    from PIL import ImageDraw, ImageFont

    image = Image.new("L", (1654, 2339), 245)
    ImageDraw.Draw(image).text((800, 2200), "7", fill=30, font=ImageFont.load_default(40))
    content = io.BytesIO()
    image.save(content, "JPEG", dpi=(200, 200))
    assert finish(content.getvalue(), 200, drop_blank=True)


def test_a_black_page_and_a_photograph_are_not_turned() -> None:
    for image in (Image.new("RGB", (827, 1169)), Image.effect_noise((827, 1169), 90)):
        content = io.BytesIO()
        image.save(content, "JPEG")
        page = finish(content.getvalue(), 100, drop_blank=False)
        assert page == Page(content.getvalue(), 100)


@pytest.mark.parametrize("raw", [b"", b"no picture", sheet(1, 100)[:2000]])
def test_damaged_pictures_are_named(raw: bytes) -> None:
    with pytest.raises(Fault, match="scan_damaged"):
        finish(raw, 100, drop_blank=False)


def test_one_pdf_of_a4_pages() -> None:
    pages = [Page(sheet(1, 200), 200), Page(sheet(2, 200, colour=False), 200)]
    (file,) = bundle(pages, "pdf")
    assert file.media_type == "application/pdf"
    document = PdfReader(io.BytesIO(file.content))
    assert len(document.pages) == 2
    box = document.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
    for page in pages:
        assert page.jpeg in file.content, "the very JPEG, not one made again"


def test_a_jpeg_each() -> None:
    pages = [Page(sheet(1, 100), 100), Page(sheet(2, 100), 100)]
    assert [file.content for file in bundle(pages, "jpeg")] == [page.jpeg for page in pages]


def test_nothing_left() -> None:
    with pytest.raises(Fault, match="scan_blank"):
        bundle([], "pdf")
