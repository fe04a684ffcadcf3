"""Child processes: started in sessions of their own, stopped in order, never orphaned."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self

from tongban.runtime import guardian

LOG_LIMIT = 10 * 1024 * 1024
"""Bytes from which a log is set aside (as `.1`) at the next start."""
TAKEOVER_PATIENCE = 90.0
"""Seconds to wait for a killed run's servers to finish stopping."""


class RuntimeFailure(Exception):
    """Something cannot be started or has died; the message is for the person at the terminal."""


class Interrupted(Exception):
    """Someone asked for a stop while something was awaited."""


@dataclass(slots=True)
class StopRequest:
    """Set by a signal handler, looked at by everything that waits."""

    made: bool = False


class DataFolder:
    """A data folder, held by one running instance at a time.

    The lock is the kernel's (`flock`), so that no crash leaves it behind; the guardian inherits
    it and gives it back once everything that the instance had started is gone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise RuntimeFailure(f"Cannot write to {self.path}: {error.strerror}") from error
        self._take()
        (self.path / "log").mkdir(exist_ok=True)

    def _take(self) -> None:
        deadline = time.monotonic() + TAKEOVER_PATIENCE
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = self._holder()
                if guardian.alive(holder) or time.monotonic() > deadline:
                    self.lock.close()
                    raise RuntimeFailure(
                        f"Tongban already runs on {self.path} (process {holder})."
                        " Stop it first, or choose another data folder."
                    ) from None
                time.sleep(0.1)
            else:
                self.lock.truncate(0)
                self.lock.write(f"{os.getpid()}\n")
                self.lock.flush()
                return

    def _holder(self) -> int:
        self.lock.seek(0)
        return int(self.lock.read().strip() or 0)

    def log(self, name: str) -> Path:
        path = self.path / "log" / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path

    def release(self) -> None:
        self.lock.close()


class Child:
    """One running child. `stop_signal` is what makes it finish what it has begun and leave."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], log: Path, stop_signal: int
    ) -> None:
        self.name = name
        self.process = process
        self.log = log
        self.stop_signal = stop_signal

    def running(self) -> bool:
        return self.process.poll() is None

    def failure(self, what: str) -> RuntimeFailure:
        """The error that tells how this child ended, with the end of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return RuntimeFailure("\n    ".join([f"{what}; {self.log} ends with:", *lines]))


class Family:
    """The children of one supervisor, stopped last started first."""

    def __init__(self, folder: DataFolder, stop: StopRequest | None = None) -> None:
        self.folder = folder
        self.stop_request = stop or StopRequest()
        self.children: list[Child] = []
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[folder.lock.fileno()],
        )

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: int = signal.SIGTERM,
        to_terminal: bool = False,
    ) -> Child:
        """Start a child whose output goes to `log/NAME.log`, or to the terminal.

        It gets a session of its own: Ctrl-C then reaches the supervisor alone, which stops
        everything in order.
        """
        log = self.folder.log(name)
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=None if to_terminal else output,
                stderr=None if to_terminal else subprocess.STDOUT,
                start_new_session=True,
                env=env,
                cwd=cwd,
            )
        self._tell(f"add {process.pid} {int(stop_signal)}")
        child = Child(name, process, log, stop_signal)
        self.children.append(child)
        return child

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        patience: float = 600.0,
    ) -> None:
        """Run a command to its end. Raises `RuntimeFailure` with the end of its log."""
        child = self.start(name, command, env=env, cwd=cwd)
        try:
            self.wait_until(lambda: not child.running(), f"{name} to end", patience, ending=child)
            if child.process.returncode:
                raise child.failure(f"{name} failed with code {child.process.returncode}")
        finally:
            self.stop(child)

    def wait_until(
        self,
        done: Callable[[], bool],
        what: str,
        patience: float,
        *,
        ending: Child | None = None,
    ) -> None:
        """Wait, seconds at most `patience`, while watching the children (but `ending`).

        Raises `RuntimeFailure` when one ends or time is up, `Interrupted` on a stop request.
        """
        deadline = time.monotonic() + patience
        while not done():
            self.check(ending)
            if time.monotonic() > deadline:
                raise RuntimeFailure(f"Waited {patience:.0f} s in vain for {what}.")
            time.sleep(0.02)

    def watch(self) -> NoReturn:
        """Watch the children until one ends (`RuntimeFailure`) or a stop is asked for."""
        while True:
            self.check()
            time.sleep(0.2)

    def check(self, ending: Child | None = None) -> None:
        """Raise `Interrupted` on a stop request, `RuntimeFailure` if a child has ended."""
        if self.stop_request.made:
            raise Interrupted
        for child in self.children:
            if child is not ending and not child.running():
                code = child.process.returncode
                raise child.failure(f"{child.name} ended by itself with code {code}")

    def stop(self, child: Child) -> None:
        """Ask the child to stop, wait, kill what is left of its group."""
        if child.running():
            child.process.send_signal(child.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(guardian.PATIENCE)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._tell(f"remove {child.process.pid}")
        self.children.remove(child)

    def close(self) -> None:
        """Stop every child, the last started first."""
        for child in reversed(self.children.copy()):
            self.stop(child)
        if self._guardian.stdin:
            self._guardian.stdin.close()
        self._guardian.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tell(self, line: str) -> None:
        if self._guardian.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.write(f"{line}\n".encode())
                self._guardian.stdin.flush()
