"""The photo of a card as a picture: by a program of the reader's vendor, where the counter has one.

Cards hold it as WLT, for which only closed decoders exist. The program gets the block on its
standard input and writes a JPEG to its standard output. A photo that cannot be had keeps no card
from being read.
"""

import logging
import subprocess
from collections.abc import Sequence

log = logging.getLogger(__name__)

SECONDS = 3.0
"""How long a clerk waits for it."""
LARGEST = 32 * 1024
"""Bytes of a picture of 102 by 126 pixels; the platform takes no larger one."""


def jpeg(program: Sequence[str], block: bytes) -> bytes | None:
    """The picture in a photo block, None where the program does not make one."""
    try:
        done = subprocess.run(  # noqa: S603  the program is the settings'
            program, input=block, capture_output=True, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as problem:
        # Its output may quote the card; its name and how it ended do not.
        log.warning("no photo from %s: %s", program[0], type(problem).__name__)
        return None
    picture = done.stdout
    if not picture.startswith(b"\xff\xd8\xff") or len(picture) > LARGEST:
        log.warning("no photo from %s: not a JPEG of at most %d bytes", program[0], LARGEST)
        return None
    return picture
