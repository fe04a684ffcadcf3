"""What becomes of scanned pages: straightened, blank ones dropped, one PDF or a JPEG each."""

import io
from dataclasses import dataclass
from itertools import pairwise

import img2pdf
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from tongban_bridge.device import Attachment
from tongban_bridge.faults import Fault

QUALITY = 85
_EYE = 100
"""Dots per inch at which a page is looked at."""
_INK = 48
"""How much darker than its paper a pixel is that counts, of 255."""
_LEAST_INK = 25
"""Pixels at `_EYE` that make a page not blank; a single digit has about thirty."""
_STEEPEST, _LEAST_TILT = 7.0, 0.3
"""Degrees: more is no tilt but another layout, less is not seen."""
_GAIN = 1.1
"""How much sharper the lines must get for a page to be turned."""
_WRITING = 50.0
"""Sharpness per row below which there are no lines: a full page has 1300, a photograph 25."""


@dataclass(frozen=True)
class Page:
    """One page as JPEG with its resolution in dots per inch."""

    jpeg: bytes
    dpi: int


def finish(raw: bytes, dpi: int, *, drop_blank: bool) -> Page | None:
    """Straighten a page; nothing where it is blank and may be dropped.

    `raw` is anything that Pillow reads. A JPEG that is straight already stays as it was.

    Raises:
        Fault: `scan_damaged`.
    """
    try:
        with Image.open(io.BytesIO(raw)) as image:
            image.load()
            seen = _look(image, dpi)
            if drop_blank and _is_blank(seen):
                return None
            angle = tilt(seen)
            if not angle and image.format == "JPEG":
                return Page(raw, dpi)
            return Page(_encode(_turn(image, angle), dpi), dpi)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError):
        raise Fault("scan_damaged") from None


def bundle(pages: list[Page], format: str) -> tuple[Attachment, ...]:
    """The files of a scan: one PDF that holds the JPEGs as they are, or each by itself.

    Raises:
        Fault: `scan_blank` where no page is left.
    """
    if not pages:
        raise Fault("scan_blank")
    if format == "jpeg":
        return tuple(Attachment("image/jpeg", page.jpeg) for page in pages)
    dpi = pages[0].dpi
    layout = img2pdf.get_fixed_dpi_layout_fun((dpi, dpi))
    content = img2pdf.convert(
        [page.jpeg for page in pages], layout_fun=layout, rotation=img2pdf.Rotation.ifvalid
    )
    return (Attachment("application/pdf", content),)


def tilt(seen: Image.Image) -> float:
    """By how many degrees to turn a page (its ink white on black) so that its lines lie level.

    Lines of writing make rows of ink and rows of paper; they differ most when they lie level.
    Nothing is turned unless they then differ clearly more.
    """
    small = seen.reduce(2)
    level = _sharpness(small, 0.0)
    best = 0.0
    for step, reach in ((1.0, _STEEPEST), (0.25, 0.75), (0.1, 0.2)):
        count = round(reach / step)
        best = max(
            (best + step * n for n in range(-count, count + 1)),
            key=lambda angle: _sharpness(small, angle),
        )
    sharper = _sharpness(small, best) > max(level * _GAIN, _WRITING * small.height)
    return round(best, 2) if abs(best) >= _LEAST_TILT and sharper else 0.0


def _sharpness(ink: Image.Image, angle: float) -> float:
    turned = ink.rotate(angle, resample=Image.Resampling.BILINEAR)
    rows = turned.resize((1, ink.height), Image.Resampling.BOX).tobytes()
    return float(sum((one - next) ** 2 for one, next in pairwise(rows)))


def _look(image: Image.Image, dpi: int) -> Image.Image:
    """The page at `_EYE` without its margins and specks, ink white on black."""
    grey = ImageOps.grayscale(image)
    grey = grey.reduce(max(1, dpi // _EYE))
    margin = round(0.02 * grey.width)
    grey = ImageOps.crop(grey, margin)
    histogram = grey.histogram()
    paper = max(range(256), key=histogram.__getitem__)
    ink = grey.point([255 if value < paper - _INK else 0 for value in range(256)])
    return ink.filter(ImageFilter.MedianFilter(3))


def _is_blank(seen: Image.Image) -> bool:
    return seen.histogram()[255] < _LEAST_INK


def _turn(image: Image.Image, angle: float) -> Image.Image:
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    if not angle:
        return image
    paper = 255 if image.mode == "L" else (255, 255, 255)
    return image.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=paper)


def _encode(image: Image.Image, dpi: int) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=QUALITY, dpi=(dpi, dpi))
    return content.getvalue()
