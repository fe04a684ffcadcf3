"""Scanners that SANE knows (Linux), by its own program: a backend that crashes falls alone."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tongban_bridge.device import Command, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.scanner import program as programs
from tongban_bridge.scanner.request import ScanRequest, collect, parse

_STATUS_FAULTS = {
    3: "scanner_busy",
    6: "feeder_jam",
    7: "feeder_empty",
    8: "scanner_open",
    9: "scanner_refused",
    11: "scanner_denied",
}
"""SANE_Status, which is scanimage's exit status."""


class SaneScanner:
    """A scanner by its SANE name, as `scanimage -L` lists it."""

    kind = "scanner"
    commands = frozenset({"scan"})

    def __init__(self, id: str, name: str, device: str, *, program: str = "scanimage") -> None:
        self.id = id
        self.name = name
        self._device = device
        self._command = [program, "-d", device]
        self._options: str | None = None

    def check(self) -> None:
        """Ask for the options, which opens the device."""
        status, options = programs.ask([*self._command, "--all-options"])
        if status:
            raise self._fault(status)
        self._options = options

    def run(self, command: Command, turn: Turn) -> Outcome:
        """Scan what lies on the glass or in the feeder."""
        request = parse(command.parameters)
        if self._options is None:
            self.check()
        with tempfile.TemporaryDirectory(prefix="tongban-scan-") as folder:
            self._scan(request, Path(folder), turn)
            return collect(request, _read(Path(folder)), request.dpi)

    def close(self) -> None:
        """Nothing stays open."""

    def _scan(self, request: ScanRequest, folder: Path, turn: Turn) -> None:
        arguments = [
            f"--resolution={request.dpi}",
            *self._choose("mode", "colou?r" if request.colour else "gr[ae]y"),
            *self._choose("source", "adf|feeder" if request.source == "feeder" else "flatbed"),
            "--format=pnm",
            f"--batch={folder}/%04d.pnm",
            f"--batch-count={request.most}",
        ]
        status = programs.run([*self._command, *arguments], folder, turn)
        # At the end of a batch the feeder is empty, which is how it should be.
        if status and not (status == 7 and any(folder.glob("*.pnm"))):
            raise self._fault(status)

    def _choose(self, option: str, pattern: str) -> list[str]:
        """The first value that fits, of those that the device lists for an option."""
        listed = re.search(rf"--{option} ([^\[\n]+)", self._options or "")
        values = listed[1].strip().split("|") if listed else []
        fitting = [value for value in values if re.search(pattern, value, re.IGNORECASE)]
        if fitting:
            return [f"--{option}={fitting[0]}"]
        if option == "source" and pattern != "flatbed":
            raise Fault("no_such_source", "feeder")
        return []

    def _fault(self, status: int) -> Fault:
        """scanimage exits with 1 and no more where a device cannot be opened."""
        return Fault(_STATUS_FAULTS.get(status, "device_missing"), f"{self._device}: {status}")


def _read(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.glob("*.pnm")):
        yield path.read_bytes()
