"""PostgreSQL and Valkey from wheels: kept data, unclean ends, one instance a folder."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tongban.runtime import RuntimeFailure, Services, guardian, start_services
from tongban.runtime.postgres import run_sql
from tongban.runtime.processes import Interrupted, StopRequest

pytestmark = pytest.mark.slow

NO_SERVERS: dict[str, str] = {}

HOLDER = """
import sys
from pathlib import Path
from tongban.runtime import start_services
services = start_services(Path(sys.argv[1]), durable=False, environment={})
print(*(child.process.pid for child in services.family.children), flush=True)
sys.stdin.read()
"""


class Holder:
    """Another process that runs services over a folder."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self.process.stdout
        self.servers = [int(pid) for pid in self.process.stdout.readline().split()]

    def kill(self) -> None:
        """As `kill -9` does it: no chance to clean up."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Holder]:
    started = Holder(tmp_path / "var")
    yield started
    started.kill()


def start(folder: Path, *, durable: bool = False, stop: StopRequest | None = None) -> Services:
    return start_services(folder, durable=durable, environment=NO_SERVERS, stop=stop)


def query(url: str, text: str) -> str:
    return run_sql(url, text)


def test_data_outlives_a_restart(tmp_path: Path) -> None:
    with start(tmp_path) as services:
        query(services.owner_url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('通办')")
    with start(tmp_path) as services:
        assert query(services.owner_url, "SELECT word FROM kept") == "通办"


def test_acknowledged_data_outlives_kill_9(tmp_path: Path) -> None:
    with start(tmp_path, durable=True) as services:
        query(services.owner_url, "CREATE TABLE kept AS SELECT 7 AS number")
        for child in services.family.children:
            child.process.kill()
            child.process.wait()
    with start(tmp_path, durable=True) as services:
        assert query(services.owner_url, "SELECT number FROM kept") == "7"


def test_kill_9_leaves_no_servers(tmp_path: Path, holder: Holder) -> None:
    assert len(holder.servers) == 2
    assert all(guardian.alive(pid) for pid in holder.servers)
    holder.kill()
    with start(tmp_path / "var"):  # waits until the guardian is done
        assert not any(guardian.alive(pid) for pid in holder.servers)


def test_server_that_lost_its_guardian_too_is_replaced(tmp_path: Path, holder: Holder) -> None:
    listing = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(holder.process.pid)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (watcher,) = (int(line.split()[0]) for line in listing.splitlines() if "guardian" in line)
    os.kill(watcher, signal.SIGKILL)
    holder.kill()
    assert all(guardian.alive(pid) for pid in holder.servers)
    with start(tmp_path / "var") as services:
        assert query(services.app_url, "SELECT current_user") == "tongban_app"
    os.kill(holder.servers[1], signal.SIGKILL)  # Valkey: its socket and journal were taken over


def test_stale_pid_file_of_another_program_is_ignored(tmp_path: Path) -> None:
    with start(tmp_path):
        pass
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")
    with start(tmp_path) as services:
        assert query(services.app_url, "SELECT 1") == "1"


def test_second_instance_is_refused(tmp_path: Path, holder: Holder) -> None:
    with pytest.raises(RuntimeFailure, match=rf"already runs on .*\(process {holder.process.pid}"):
        start(tmp_path / "var")


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeFailure, match=r"Cannot write to .*file/var"):
        start(tmp_path / "file" / "var")


def test_path_too_long_for_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long name " * 12)
    with start(folder) as services:
        assert query(services.app_url, "SELECT 1") == "1"


def test_secrets_are_private_and_missed_when_gone(tmp_path: Path) -> None:
    with start(tmp_path):
        pass
    secrets = tmp_path / "secrets.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    kept = secrets.read_text()
    secrets.unlink()
    with pytest.raises(RuntimeFailure, match=r"secrets\.env is missing"):
        start(tmp_path)
    secrets.write_text(kept)
    with start(tmp_path) as services:
        assert query(services.app_url, "SELECT 1") == "1"


def test_stop_request_interrupts_the_start(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        start(tmp_path, stop=StopRequest(made=True))
    with start(tmp_path) as services:
        assert query(services.app_url, "SELECT 1") == "1"


def test_half_named_servers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFailure, match="Set both"):
        start_services(tmp_path, environment={"TONGBAN_DATABASE_URL": "postgresql+asyncpg://x/y"})


def test_named_servers_replace_embedded_ones(tmp_path: Path, services: Services) -> None:
    named = services.environment()
    with start_services(tmp_path, environment=named) as other:
        assert other.family.children == []
        assert other.environment() == named


def test_server_that_dies_is_named(tmp_path: Path) -> None:
    with start(tmp_path) as services:
        valkey = services.family.children[-1]
        valkey.process.kill()
        valkey.process.wait()
        with pytest.raises(RuntimeFailure, match="valkey ended by itself with code -9"):
            services.family.check()


def test_roles_have_no_more_rights_than_they_need(services: Services) -> None:
    facts = query(
        services.app_url,
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"
        " FROM pg_roles WHERE rolname LIKE 'tongban%' ORDER BY rolname",
    )
    assert facts.split("\n") == ["tongban_app|f", "tongban_owner|f", "tongban_worker|f"]
    with pytest.raises(RuntimeFailure, match="permission denied"):
        query(services.app_url, "CREATE TABLE mine (number int)")


def test_database_names_are_plain_words(services: Services) -> None:
    with pytest.raises(ValueError, match="plain database name"):
        services.create_database('x"; DROP DATABASE tongban; --')


def test_extensions_are_there(services: Services) -> None:
    found = query(services.app_url, "SELECT extname FROM pg_extension").split("\n")
    assert {"pg_trgm", "ltree", "btree_gin"} <= set(found)
