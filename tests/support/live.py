"""The real server over a seeded database, for browser tests and others from the outside."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.database import ROOT
from tests.support.environment import SETTINGS
from tongban.runtime import Services
from tongban.runtime.processes import Child
from tongban.runtime.services import DatabaseUrls

STATIC = ROOT / "build" / "static"
KEEP_ALIVE = ("--timeout-keep-alive", "120")
"""uvicorn closes an idle connection after 5 s and httpx gives one up after 5 s: on a busy machine a
call made just then went out on one that was being closed. The client is to be the first."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A database holding the demo district; clone it, never connect to it."""

    database: str
    accounts: dict[str, dict[str, Any]]
    """By user name, as `make run` writes them: password, roles, organisation, TOTP secret."""


@dataclass(frozen=True, slots=True)
class LiveServer:
    url: str
    accounts: dict[str, dict[str, Any]]
    urls: DatabaseUrls
    files_url: str = ""
    """Where its scans and packages are, for a test that does the worker's part."""


class Api:
    """A process of the API and the built SPAs, at one address however often it is started."""

    def __init__(self, services: Services, env: dict[str, str]) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._family = services.family
        self._env = env | {"TONGBAN_PUBLIC_URL": self.url}
        self._child: Child | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = (sys.executable, "-m", "uvicorn", "tongban.app:create_app", "--factory")
        options = ("--host", "127.0.0.1", "--port", str(self._port))
        patience = ("--timeout-graceful-shutdown", "2", *KEEP_ALIVE)
        name = f"api-{self._port}"
        self._child = self._family.start(name, [*command, *options, *patience], env=self._env)
        self._family.wait_until(lambda: _ready(self.url), f"the API at {self.url}", 60)

    def stop(self, by: int = signal.SIGTERM) -> None:
        """Stop it if it runs; by `SIGKILL` as a power cut would."""
        if self._child:
            self._child.stop_signal = by
            self._family.stop(self._child)
            self._child = None


def environment(services: Services, urls: DatabaseUrls, files: Path) -> dict[str, str]:
    """What a process of the platform needs, over one database."""
    return {
        **os.environ,
        **SETTINGS,
        **services.environment(),
        "TONGBAN_DATABASE_URL": urls.app,
        "TONGBAN_OWNER_DATABASE_URL": urls.owner,
        "TONGBAN_WORKER_DATABASE_URL": urls.worker,
        "TONGBAN_FILES_URL": f"file://{files}",
        "TONGBAN_STATIC_DIR": str(STATIC),
        "PYTHONPATH": str(ROOT / "backend"),
    }


@pytest.fixture(scope="session")
def demo(services: Services, template: str, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Seeded once for the run, by the command that `make run` uses."""
    name = "tongban_test_demo"
    services.drop_database(name)
    urls = services.create_database(name, template)
    folder = tmp_path_factory.mktemp("demo")
    accounts = folder / "demo-accounts.json"
    subprocess.run(
        [sys.executable, "-m", "tongban.cli", "seed-demo", "--accounts", accounts],
        env=environment(services, urls, folder / "files"),
        check=True,
    )
    entries = json.loads(accounts.read_text())
    return Demo(name, {entry["username"]: entry for entry in entries})


@pytest.fixture(scope="session")
def live_server(
    services: Services, demo: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """API and built SPAs in a process of their own, over a clone of the demo database."""
    assert_built()
    name = "tongban_test_live"
    services.drop_database(name)
    urls = services.create_database(name, demo.database)
    files = tmp_path_factory.mktemp("live") / "files"
    api = Api(services, environment(services, urls, files))
    api.start()
    yield LiveServer(api.url, demo.accounts, urls, f"file://{files}")
    api.stop()
    services.drop_database(name)


def assert_built() -> None:
    """Fail where an SPA is not there to be served."""
    for spa in ("public", "staff"):
        assert (STATIC / spa / "index.html").exists(), "build the SPAs first: make spas"


def _ready(address: str, path: str = "/readyz") -> bool:
    try:
        return httpx.get(f"{address}{path}", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
