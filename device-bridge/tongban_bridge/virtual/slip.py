"""A slip printer on a TCP port of 127.0.0.1 that keeps what it was sent."""

import socket
import threading


class VirtualSlipPrinter:
    """Listens until `stop`. Deaf ones (`answers` false) only take bytes."""

    def __init__(self, port: int = 0, *, answers: bool = True) -> None:
        self.answers = answers
        self.status = 0x12
        self.paper = 0x00
        self.break_after: int | None = None
        """Breaks the connection after so many bytes of a slip."""
        self.slips: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", port))
        self._server.settimeout(0.1)
        self.port: int = self._server.getsockname()[1]
        self.address = f"socket://127.0.0.1:{self.port}"
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Switch it off."""
        self._stopping = True
        self._thread.join(timeout=5)
        self._server.close()

    def _serve(self) -> None:
        while not self._stopping:
            try:
                connection, _ = self._server.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                self._receive(connection)

    def _receive(self, connection: socket.socket) -> None:
        slip = b""
        try:
            while received := connection.recv(4096):
                if received.startswith(b"\x10\x04\x02"):
                    received = received[3:]
                    if self.answers:
                        connection.sendall(bytes([self.status]))
                slip += received
                if self.break_after is not None and len(slip) > self.break_after:
                    return
                if slip.endswith(b"\x1d\x72\x01") and self.answers:
                    slip = slip[:-3]
                    connection.sendall(bytes([self.paper]))
        except OSError:
            return
        finally:
            if slip:
                self.slips.append(slip)
