"""Document cameras (高拍仪) as UVC devices, by the program ffmpeg: the same on Linux and Windows.

A counter whose browser may use the camera itself does not need this.
"""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from tongban_bridge.device import Command, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.scanner.request import collect, parse

_SYSTEM = "dshow" if sys.platform == "win32" else "v4l2"
_WARM_UP = 5
"""Frames until exposure and white balance have settled; the last one is taken."""
_SECONDS = 15.0


class DocumentCamera:
    """A camera by its system's name: `/dev/video0`, or `video=USB Camera` on Windows.

    `dpi` is what a page on its table comes to; `system` is ffmpeg's name of the input.
    """

    kind = "camera"
    commands = frozenset({"scan"})

    def __init__(
        self,
        id: str,
        name: str,
        device: str,
        *,
        size: str | None = None,
        dpi: int = 200,
        system: str = _SYSTEM,
        program: str = "ffmpeg",
    ) -> None:
        self.id = id
        self.name = name
        self._device = device
        self._size = ["-video_size", size] if size else []
        self._dpi = dpi
        self._system = system
        self._program = program
        self._in_use = threading.Lock()

    def check(self) -> None:
        """See whether it is plugged in. Opening it would light its lamp."""
        if self._device.startswith("/") and not Path(self._device).exists():
            raise Fault("device_missing", self._device)

    def run(self, command: Command, turn: Turn) -> Outcome:
        """Take a picture of what lies below; several where the command asks for several."""
        request = parse(command.parameters)
        return collect(request, self._pictures(request.most, turn), self._dpi)

    def preview(self) -> bytes:
        """The present picture as JPEG; called from the loopback page's threads."""
        return self._picture()

    def close(self) -> None:
        """Nothing stays open."""

    def _pictures(self, count: int, turn: Turn) -> Iterator[bytes]:
        for _ in range(count):
            if not turn.pause(0):
                raise Fault("expired")
            yield self._picture()

    def _picture(self) -> bytes:
        self.check()
        with self._in_use, tempfile.TemporaryDirectory(prefix="tongban-camera-") as folder:
            picture = Path(folder) / "picture.jpg"
            input = ["-f", self._system, *self._size, "-i", self._device]
            output = ["-frames:v", str(_WARM_UP), "-update", "1", "-q:v", "2", str(picture)]
            try:
                done = subprocess.run(  # noqa: S603  the settings' program, our arguments
                    [self._program, "-hide_banner", "-loglevel", "error", *input, *output],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=_SECONDS,
                    check=False,
                )
            except FileNotFoundError:
                raise Fault("driver_missing", self._program) from None
            except subprocess.TimeoutExpired:
                raise Fault("camera_failed", "timeout") from None
            if done.returncode or not picture.exists():
                last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
                raise Fault("camera_failed", " ".join(last)[:200])
            return picture.read_bytes()
