"""Ends what a supervisor left behind.

Started beside a supervisor with a pipe as standard input. The pipe closes when the supervisor
dies, however it dies (`kill -9` too); whatever it had not struck off by then is stopped here,
last started first. A parent-death signal cannot do this: entering a user namespace clears it.

Lines: `add PID SIGNAL` and `remove PID`. Standard library only, so that it starts in no time.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

PATIENCE = 30.0
"""Seconds a process may take to stop before it is killed."""


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/stat").exists():
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end(pid: int, number: int, patience: float = PATIENCE) -> None:
    """Signal a process, wait for it, and kill what is left of its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
    deadline = time.monotonic() + patience
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watched: dict[int, int] = {}
    for line in sys.stdin:
        match line.split():
            case ["add", pid, number]:
                watched[int(pid)] = int(number)
            case ["remove", pid]:
                watched.pop(int(pid), None)
    for process, stop_signal in reversed(watched.items()):
        end(process, stop_signal)


if __name__ == "__main__":
    main()
