"""The process that finishes the pages of one scan while the scanner feeds the next.

Arguments: dots per inch, `pdf` or `jpeg`, `1` where blank pages are dropped. In: pages. Out: for
each file one byte (0 PDF, 1 JPEG), four of length, and the file.
"""

import sys

from tongban_bridge.device import Attachment
from tongban_bridge.faults import Fault
from tongban_bridge.isolated import Child, chunks, fail

_MODULE = "tongban_bridge.scanner.finisher"
_SECONDS = 120.0
_TYPES = ("application/pdf", "image/jpeg")


class Finisher:
    """The near end."""

    def __init__(self, dpi: int, format: str, *, drop_blank: bool) -> None:
        self._child = Child(_MODULE, [str(dpi), format, str(int(drop_blank))])

    def add(self, page: bytes) -> None:
        """Hand over a page."""
        self._child.give(page)

    def files(self) -> tuple[Attachment, ...]:
        """The finished files.

        Raises:
            Fault: `scan_damaged`, `scan_blank`.
        """
        answer = self._child.finish(_SECONDS)
        files, position = [], 0
        while position < len(answer):
            kind, length = answer[position], int.from_bytes(answer[position + 1 : position + 5])
            position += 5 + length
            files.append(Attachment(_TYPES[kind], answer[position - length : position]))
        return tuple(files)

    def abandon(self) -> None:
        """There will be no files."""
        self._child.kill()


def _main(dpi: str, format: str, drop_blank: str) -> None:
    from tongban_bridge.scanner.pages import bundle, finish

    finished = (finish(raw, int(dpi), drop_blank=drop_blank == "1") for raw in chunks())
    files = bundle([page for page in finished if page], format)
    for file in files:
        sys.stdout.buffer.write(bytes([_TYPES.index(file.media_type)]))
        sys.stdout.buffer.write(len(file.content).to_bytes(4, "big") + file.content)


if __name__ == "__main__":
    try:
        _main(*sys.argv[1:])
    except Fault as fault:
        fail(fault)
