"""`tongban run` from the outside: it comes up, stops cleanly, and never leaves anything behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tongban.runtime import guardian
from tongban.runtime.serve import KEEP_ALIVE_SECONDS, ROOT

pytestmark = pytest.mark.slow

NOT_OURS = ("TONGBAN_", "PYTEST_")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """One `tongban run`, its output and everything that descends from it."""

    def __init__(self, data: Path, port: int, *options: str) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tongban.cli", "run", "--workers", "1"),
                *("--port", str(port), "--data", str(data), *(options or ("--no-demo",))),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                **{name: value for name, value in os.environ.items() if name[:8] not in NOT_OURS},
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            start_new_session=True,
        )
        self.seen = ""

    def until(self, words: str) -> None:
        assert self.process.stdout
        while words not in self.seen:
            line = self.process.stdout.readline()
            assert line, f"ended before {words!r}:\n{self.seen}"
            self.seen += line

    def ended(self) -> int:
        self.seen += self.process.communicate(timeout=60)[0]
        return self.process.returncode

    def descendants(self) -> dict[int, str]:
        """Process id → command line of all that descend from it."""
        listing = subprocess.run(
            ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        rows = [line.split(None, 2) for line in listing.stdout.splitlines()]
        family: dict[int, str] = {}
        parents = {self.process.pid}
        while parents:
            found = {int(pid): args for pid, parent, args in rows if int(parent) in parents}
            family |= found
            parents = set(found)
        return family

    def child(self, words: str) -> int:
        (pid, *_) = (pid for pid, args in self.descendants().items() if words in args)
        return pid


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(port: int | None = None) -> Run:
        runs.append(Run(data, port or free_port()))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.communicate()


@pytest.fixture
def running(start: Callable[..., Run]) -> Run:
    run = start()
    run.until("Ctrl-C")
    return run


def test_serves_until_told_to_stop(running: Run) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/readyz") as answer:
        assert answer.status == 200
    family = running.descendants()
    for part in ("postgres -D", "valkey-server", "uvicorn", "arq", "guardian"):
        assert any(part in args for args in family.values()), part
    running.process.send_signal(signal.SIGINT)
    assert running.ended() == 0
    assert "stopped" in running.seen
    assert [args for pid, args in family.items() if guardian.alive(pid)] == []


def test_says_that_the_port_or_the_folder_is_taken(running: Run, start: Callable[..., Run]) -> None:
    same_port = start(running.port)
    assert same_port.ended() == 1
    assert re.search(
        rf"Cannot listen on .*:{running.port}.*PORT={running.port + 1}", same_port.seen
    )
    same_folder = start()
    assert same_folder.ended() == 1
    assert "already runs on" in same_folder.seen


@pytest.mark.parametrize("part", ["arq", "uvicorn", "postgres -D"])
def test_names_a_part_that_dies_and_stops_the_rest(running: Run, part: str) -> None:
    family = running.descendants()
    os.kill(running.child(part), signal.SIGKILL)
    assert running.ended() == 1
    assert "ended by itself with code -9" in running.seen
    assert [args for pid, args in family.items() if guardian.alive(pid)] == []


def test_kill_9_leaves_nothing_behind(running: Run, start: Callable[..., Run]) -> None:
    family = running.descendants()
    running.process.kill()
    again = start()
    again.until("Ctrl-C")  # the data folder is free only once the guardian has finished
    assert [args for pid, args in family.items() if guardian.alive(pid)] == []


def test_stop_while_setting_up(start: Callable[..., Run]) -> None:
    run = start()
    run.until("migrating")
    run.process.send_signal(signal.SIGTERM)
    assert run.ended() == 0
    assert run.descendants() == {}


def test_clients_close_idle_connections_first() -> None:
    """Most keep one for a minute at most; the server keeps it longer, in the image too."""
    image = (ROOT / "deploy" / "api" / "Dockerfile").read_text()
    said = re.search(r'"--timeout-keep-alive", "(\d+)"', image)
    assert said
    assert int(said[1]) == KEEP_ALIVE_SECONDS > 60
