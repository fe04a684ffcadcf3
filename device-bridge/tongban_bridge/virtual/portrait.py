"""What stands in for a vendor's photo decoder: the block of a card on its standard input, a JPEG on
its standard output. The cards are invented, so the picture is drawn and the same for all."""

import sys

from PIL import Image, ImageDraw

SIZE = (102, 126)
"""Pixels of a card's photo (GA 450)."""
_FINER = 4
_WALL, _CLOTHES, _SKIN = 235, 110, 165


def main() -> None:
    """Take a block and give the picture; how the block looks does not matter."""
    sys.stdin.buffer.read()
    portrait().save(sys.stdout.buffer, "JPEG", quality=85)


def portrait() -> Image.Image:
    """Somebody's outline, drawn finer and made smaller so that its edges are smooth."""
    width, height = (_FINER * side for side in SIZE)
    drawn = Image.new("L", (width, height), _WALL)
    draw = ImageDraw.Draw(drawn)

    def oval(shade: int, left: float, top: float, right: float, bottom: float) -> None:
        box = (left * width, top * height, right * width, bottom * height)
        draw.ellipse(box, fill=shade)

    oval(_CLOTHES, 0.06, 0.68, 0.94, 1.5)
    oval(_SKIN, 0.38, 0.5, 0.62, 0.78)
    oval(_SKIN, 0.27, 0.14, 0.73, 0.64)
    return drawn.resize(SIZE, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
