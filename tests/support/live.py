"""The real server over a seeded database, for browser tests and others from the outside."""

import json
import os
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
from tongban.runtime.services import DatabaseUrls

STATIC = ROOT / "build" / "static"


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
    for spa in ("public", "staff"):
        assert (STATIC / spa / "index.html").exists(), "build the SPAs first: make spas"
    name = "tongban_test_live"
    services.drop_database(name)
    urls = services.create_database(name, demo.database)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    env = environment(services, urls, tmp_path_factory.mktemp("live") / "files")
    api = services.family.start(
        f"live-api-{port}",
        [
            *(sys.executable, "-m", "uvicorn", "tongban.app:create_app", "--factory"),
            *("--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "2"),
        ],
        env=env | {"TONGBAN_PUBLIC_URL": address},
    )
    services.family.wait_until(lambda: _ready(address), "the live server", 60)
    yield LiveServer(address, demo.accounts, urls)
    services.family.stop(api)
    services.drop_database(name)


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
