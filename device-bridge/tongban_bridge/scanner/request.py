"""What a scan command asks for, and the common end of every scan."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tongban_bridge.device import Outcome
from tongban_bridge.faults import Fault
from tongban_bridge.scanner.finisher import Finisher


@dataclass(frozen=True)
class ScanRequest:
    """The parameters of a `scan` command."""

    source: str
    dpi: int
    colour: bool
    format: str
    pages: int | None

    @property
    def most(self) -> int:
        """How many pages to take: one from the glass, what there is from the feeder."""
        return self.pages or (100 if self.source == "feeder" else 1)


def parse(parameters: dict[str, Any]) -> ScanRequest:
    """Read a command's parameters.

    Raises:
        Fault: `bad_command`.
    """
    try:
        pages = parameters.get("pages")
        request = ScanRequest(
            source=str(parameters.get("source", "flatbed")),
            dpi=int(parameters.get("dpi", 200)),
            colour=bool(parameters.get("colour", True)),
            format=str(parameters.get("format", "pdf")),
            pages=None if pages is None else int(pages),
        )
    except (TypeError, ValueError):
        raise Fault("bad_command", "scan") from None
    if request.format not in ("pdf", "jpeg") or not 50 <= request.dpi <= 1200:
        raise Fault("bad_command", "scan")
    return request


def collect(request: ScanRequest, raw_pages: Iterator[bytes], dpi: int) -> Outcome:
    """Finish pages while the scanner feeds the next, and bundle them.

    Only a feeder's blank pages are dropped: they are the backs of the others. What somebody put
    on the glass is meant.
    """
    finisher = Finisher(dpi, request.format, drop_blank=request.source == "feeder")
    try:
        for raw in raw_pages:
            finisher.add(raw)
        return Outcome({}, finisher.files())
    except BaseException:
        finisher.abandon()
        raise
