"""A page for trying a printer: a frame near the edges, greys, and the time."""

import io
from datetime import datetime

import img2pdf
from PIL import Image, ImageDraw, ImageFont

_DPI = 150
_SIZE = (1240, 1754)
_MARGIN = 60


def test_page() -> bytes:
    """A4 as PDF."""
    image = Image.new("L", _SIZE, 255)
    draw = ImageDraw.Draw(image)
    right, bottom = _SIZE[0] - _MARGIN, _SIZE[1] - _MARGIN
    draw.rectangle((_MARGIN, _MARGIN, right, bottom), outline=0, width=3)
    for step in range(9):
        left = 2 * _MARGIN + step * 112
        draw.rectangle((left, 400, left + 112, 520), fill=255 - step * 30)
    words = f"Tongban test page\n{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
    draw.text((2 * _MARGIN, 2 * _MARGIN), words, fill=0, font=ImageFont.load_default(48))
    content = io.BytesIO()
    image.save(content, "JPEG", quality=85, dpi=(_DPI, _DPI))
    layout = img2pdf.get_fixed_dpi_layout_fun((_DPI, _DPI))
    return bytes(img2pdf.convert(content.getvalue(), layout_fun=layout))
