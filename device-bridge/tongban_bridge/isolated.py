"""Work in a Python process of its own: libraries that are large or read what came from outside
leave no memory behind when they are done, and take nobody along when they crash."""

import contextlib
import subprocess
import sys
from collections.abc import Iterable

from tongban_bridge.faults import Fault, known_codes

FAULT_STATUS = 3
"""Exit status of a child that says the code of a fault on its error stream."""


class Child:
    """A module run as a program: it gets chunks, each behind its length, and answers at the end.

    It starts at once, so that its imports take their time while the first chunk is made.
    """

    def __init__(self, module: str, arguments: Iterable[str] = ()) -> None:
        self._module = module
        self._process = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def give(self, chunk: bytes) -> None:
        """Hand over one chunk; a child that is gone says why in `finish`."""
        assert self._process.stdin  # noqa: S101  for the type checker
        try:
            self._process.stdin.write(len(chunk).to_bytes(4, "big") + chunk)
            self._process.stdin.flush()
        except BrokenPipeError:
            return

    def finish(self, seconds: float) -> bytes:
        """All that it answers.

        Raises:
            Fault: the child's, or `internal`.
        """
        try:
            answer, said = self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Fault("internal", f"{self._module}: timeout") from None
        code = said.decode(errors="replace").strip()
        if self._process.returncode == FAULT_STATUS and code in known_codes():
            raise Fault(code)
        if self._process.returncode:
            raise Fault("internal", f"{self._module}: {self._process.returncode}")
        return answer

    def kill(self) -> None:
        """End it, whether it has answered or not."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        self._process.wait()


def chunks() -> Iterable[bytes]:
    """In the child: what it is given, until there is no more."""
    source = sys.stdin.buffer
    while len(head := source.read(4)) == 4:
        yield source.read(int.from_bytes(head, "big"))


def fail(fault: Fault) -> None:
    """In the child: end with a fault."""
    sys.stderr.write(fault.code)
    raise SystemExit(FAULT_STATUS)
