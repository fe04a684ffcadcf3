"""A network cable between somebody and a server, which can be pulled and put in again."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Cable:
    """A port that leads to a server's; what goes through it breaks off when it is pulled."""

    def __init__(self, server_url: str) -> None:
        there = urlsplit(server_url)
        self._there = (str(there.hostname), int(there.port or 80))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._in = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def pull(self) -> None:
        """Break off what is open; nothing new comes through."""
        with self._lock:
            self._in = False
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def plug(self) -> None:
        """Let new connections through."""
        with self._lock:
            self._in = True

    def close(self) -> None:
        self.pull()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(self._there) as far:
            with self._lock:
                if not self._in:
                    return
                self._open |= {near, far}
            back = threading.Thread(target=_carry, args=(far, near), daemon=True)
            back.start()
            _carry(near, far)
            back.join()
            with self._lock:
                self._open -= {near, far}


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
