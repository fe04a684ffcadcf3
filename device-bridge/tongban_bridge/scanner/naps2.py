"""Scanners of Windows by TWAIN or WIA, through the console of NAPS2, which must be installed.

TWAIN drivers are often 32-bit and crash at will; NAPS2 keeps them in processes of its own. Written
to its documented options; never run.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tongban_bridge.device import Command, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.scanner import program as programs
from tongban_bridge.scanner.request import ScanRequest, collect, parse

_PROGRAM = r"C:\Program Files\NAPS2\NAPS2.Console.exe"


class Naps2Scanner:
    """A scanner by the name that its TWAIN or WIA driver gives it."""

    kind = "scanner"
    commands = frozenset({"scan"})

    def __init__(
        self, id: str, name: str, device: str, *, system: str = "twain", program: str = _PROGRAM
    ) -> None:
        self.id = id
        self.name = name
        self._device = device
        self._command = [program, "--noprofile", "--driver", system]

    def check(self) -> None:
        """See whether the driver lists the scanner."""
        status, listed = programs.ask([*self._command, "--listdevices"])
        if status or self._device not in listed:
            raise Fault("device_missing", self._device)

    def run(self, command: Command, turn: Turn) -> Outcome:
        """Scan what lies on the glass or in the feeder."""
        request = parse(command.parameters)
        with tempfile.TemporaryDirectory(prefix="tongban-scan-") as folder:
            self._scan(request, Path(folder), turn)
            return collect(request, _read(Path(folder), request.most), request.dpi)

    def close(self) -> None:
        """Nothing stays open."""

    def _scan(self, request: ScanRequest, folder: Path, turn: Turn) -> None:
        options = {
            "--device": self._device,
            "--source": "feeder" if request.source == "feeder" else "glass",
            "--dpi": str(request.dpi),
            "--bitdepth": "color" if request.colour else "gray",
            "--pagesize": "a4",
            "--output": str(folder / "$(nnnn).jpg"),
        }
        arguments = [word for pair in options.items() for word in pair]
        status = programs.run([*self._command, *arguments], folder, turn)
        if not any(folder.glob("*.jpg")):
            raise Fault("scanner_refused", f"{self._device}: {status}")


def _read(folder: Path, most: int) -> Iterator[bytes]:
    for path in sorted(folder.glob("*.jpg"))[:most]:
        yield path.read_bytes()
