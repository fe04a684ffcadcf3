"""The servers that the platform works on: embedded ones, or those that the environment names."""

import contextlib
import os
import re
import socket
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tongban.runtime import postgres, secret_file, valkey
from tongban.runtime.processes import DataFolder, Family, RuntimeFailure, StopRequest


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """One database under the three logins (SQLAlchemy URLs for asyncpg)."""

    owner: str
    app: str
    worker: str

    def to(self, database: str) -> "DatabaseUrls":
        """The same logins in another database of the same server."""
        return DatabaseUrls(
            postgres.elsewhere(self.owner, database),
            postgres.elsewhere(self.app, database),
            postgres.elsewhere(self.worker, database),
        )


@dataclass(slots=True)
class Services:
    """Running servers. Leaving the context, or `stop()`, stops those that were started here."""

    urls: DatabaseUrls
    redis_url: str
    secrets: Mapping[str, str]
    """Passwords and keys of the data folder, `TONGBAN_…` ones for API and worker included."""
    family: Family
    admin_url: str
    """A login that may create databases; nothing of the platform runs under it."""
    _cleanup: contextlib.ExitStack = field(repr=False)

    @property
    def owner_url(self) -> str:
        return self.urls.owner

    @property
    def app_url(self) -> str:
        return self.urls.app

    @property
    def worker_url(self) -> str:
        return self.urls.worker

    def environment(self) -> dict[str, str]:
        """The variables that point API, worker and migrations at these servers."""
        return {
            "TONGBAN_DATABASE_URL": self.urls.app,
            "TONGBAN_OWNER_DATABASE_URL": self.urls.owner,
            "TONGBAN_WORKER_DATABASE_URL": self.urls.worker,
            "TONGBAN_REDIS_URL": self.redis_url,
        }

    def create_database(self, name: str, template: str | None = None) -> DatabaseUrls:
        """A new database with the extensions, or a clone of `template` (nobody connected to it).

        Raises `RuntimeFailure` where the name is taken.
        """
        postgres.create_database(self.admin_url, name, template)
        return self.urls.to(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, throwing out who is connected; nothing happens if there is none."""
        postgres.drop_database(self.admin_url, name)

    def stop(self) -> None:
        self._cleanup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_services(
    data_dir: Path,
    *,
    durable: bool = True,
    environment: Mapping[str, str] | None = None,
    stop: StopRequest | None = None,
) -> Services:
    """Start PostgreSQL and Valkey over `data_dir`, or use the servers that variables name.

    `TONGBAN_DATABASE_URL` (with `TONGBAN_OWNER_DATABASE_URL`, and `TONGBAN_WORKER_DATABASE_URL`
    unless the worker shares the API's login) and `TONGBAN_REDIS_URL` each replace one server.
    `durable=False` trades safety for speed; it is for tests, whose data nobody misses.
    `stop` lets a signal handler end the wait (`Interrupted`).
    Raises `RuntimeFailure` with a message for a person, also where another instance runs there.
    """
    variables = os.environ if environment is None else environment
    named = _named_servers(variables)
    with contextlib.ExitStack() as stack:
        folder = DataFolder(data_dir)
        stack.callback(folder.release)
        sockets = stack.enter_context(_socket_folder(folder.path))
        family = stack.enter_context(Family(folder, stop))
        secrets = secret_file.load(
            folder.path / "secrets.env", data_exists=(folder.path / "postgres").exists()
        )
        if named:
            urls, admin_url = named, named.owner
        else:
            urls, admin_url = _embedded(family, sockets, secrets, durable=durable)
        redis_url = variables.get("TONGBAN_REDIS_URL", "")
        if not redis_url:
            password = secrets["VALKEY_PASSWORD"]
            valkey.start(family, sockets, password, durable=durable)
            redis_url = valkey.url(password, sockets)
        return Services(urls, redis_url, secrets, family, admin_url, stack.pop_all())


def _named_servers(variables: Mapping[str, str]) -> DatabaseUrls | None:
    app = variables.get("TONGBAN_DATABASE_URL", "")
    owner = variables.get("TONGBAN_OWNER_DATABASE_URL", "")
    if not app and not owner:
        return None
    if not app or not owner:
        raise RuntimeFailure(
            "Set both TONGBAN_DATABASE_URL (the API's login) and TONGBAN_OWNER_DATABASE_URL"
            " (the login that owns the tables and runs the migrations), or neither."
        )
    return DatabaseUrls(owner, app, variables.get("TONGBAN_WORKER_DATABASE_URL", "") or app)


def _embedded(
    family: Family, sockets: Path, secrets: Mapping[str, str], *, durable: bool
) -> tuple[DatabaseUrls, str]:
    postgres.start(family, sockets, secrets, durable=durable)
    admin_url = postgres.url("postgres", secrets["POSTGRES_PASSWORD"], sockets, "postgres")
    postgres.ensure_roles(admin_url, secrets)
    logins = {
        key: postgres.url(role, secrets[f"POSTGRES_{key.upper()}_PASSWORD"], sockets, "tongban")
        for key, role in postgres.ROLES.items()
    }
    postgres.create_database(admin_url, postgres.DATABASE, unless_there=True)
    return DatabaseUrls(**logins), admin_url


@contextlib.contextmanager
def _socket_folder(data_dir: Path) -> Iterator[Path]:
    """`run/` in the data folder, or a temporary one where sockets cannot live there."""
    folder = data_dir / "run"
    folder.mkdir(0o700, exist_ok=True)
    if _takes_sockets(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="tongban-") as temporary:
        yield Path(temporary)


def _takes_sockets(folder: Path) -> bool:
    """Whether a socket may be bound there (a path has about 100 bytes, and not every file system
    takes sockets) and the path can stand in a URL as it is."""
    probe = folder / ".s.PGSQL.5432.probe"
    probe.unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(probe))
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
    return re.fullmatch(r"[A-Za-z0-9/._-]+", str(folder)) is not None
