"""A serial device on a pseudo terminal (Linux and macOS)."""

import os
import select
import threading
import tty
from pathlib import Path
from typing import Protocol

_SLICE = 64
"""Bytes that arrive together, as from a USB converter."""


class Talker(Protocol):
    """What sits at the far end of the line."""

    def hear(self, received: bytes) -> bytes:
        """Take what the host sent; return what to send back at once."""
        ...


class VirtualLine:
    """Serves a talker on a pty until `unplug`, under a name that then goes, as a udev name does.

    With `baud` its answers take the time that they would on a line of ten bits a byte.
    """

    def __init__(self, talker: Talker, port: Path, *, baud: int | None = None) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = port
        port.unlink(missing_ok=True)
        port.symlink_to(os.ttyname(self._slave))
        self._talker = talker
        self._seconds_a_byte = 10 / baud if baud else 0.0
        self._woken, self._wake = os.pipe()
        self._ending = threading.Lock()
        self._ended = False
        self._thread = threading.Thread(target=self._serve, name=f"line {port.name}", daemon=True)
        self._thread.start()

    def say(self, data: bytes) -> None:
        """Send without being asked."""
        os.write(self._master, data)

    def unplug(self) -> None:
        """Vanish, as a USB cable that is pulled."""
        with self._ending:
            if not self._ended:
                self._ended = True
                os.write(self._wake, b"x")
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _send(self, answer: bytes, heard: int) -> None:
        pause = heard * self._seconds_a_byte
        for start in range(0, len(answer), _SLICE):
            part = answer[start : start + _SLICE]
            pause += len(part) * self._seconds_a_byte
            if pause and select.select([self._woken], [], [], pause)[0]:
                return
            os.write(self._master, part)
            pause = 0.0

    def _serve(self) -> None:
        try:
            while True:
                ready, _, _ = select.select([self._master, self._woken], [], [])
                if self._woken in ready:
                    return
                heard = os.read(self._master, 4096)
                self._send(self._talker.hear(heard), len(heard))
        finally:
            with self._ending:
                self._ended = True
            self.port.unlink(missing_ok=True)
            for descriptor in (self._master, self._slave, self._woken, self._wake):
                os.close(descriptor)
