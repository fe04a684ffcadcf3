"""Scanning programs: started, watched, and ended when nobody waits any more."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tongban_bridge.device import Turn
from tongban_bridge.faults import Fault

_LISTING_SECONDS = 30.0


def run(command: Sequence[str], folder: Path, turn: Turn) -> int:
    """Run a program to its end; its exit status.

    Raises:
        Fault: `cancelled`, `expired`, `driver_missing` where it is not installed.
    """
    with (folder / "log").open("wb") as log, _start(command, log.fileno()) as process:
        try:
            while process.poll() is None:
                if not turn.pause(0.05):
                    raise Fault("expired")
        finally:
            if process.poll() is None:
                process.terminate()
    return process.returncode


def ask(command: Sequence[str]) -> tuple[int, str]:
    """Exit status and output of a program that only tells something.

    Raises:
        Fault: `scanner_busy` where it does not come back, `driver_missing`.
    """
    with _start(command, subprocess.PIPE) as process:
        try:
            output, _ = process.communicate(timeout=_LISTING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Fault("scanner_busy", command[0]) from None
    return process.returncode, str(output, "utf-8", "replace")


def _start(command: Sequence[str], output: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  the program is the settings', the rest is ours
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL
        )
    except OSError:
        raise Fault("driver_missing", command[0]) from None
