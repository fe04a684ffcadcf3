"""What a reviewer would look for in the repository as a whole."""

import json
import re
import subprocess
import tomllib
from itertools import chain

import pytest

from tests.support.database import ROOT

PYTHON_LOCKS = ["requirements.lock", "deploy/api/requirements.lock"]
NODE_LOCKS = ["frontend-public/package-lock.json", "frontend-staff/package-lock.json"]


@pytest.mark.parametrize("lock", PYTHON_LOCKS + NODE_LOCKS)
def test_locks_name_no_address(lock: str) -> None:
    assert (
        re.findall(r'"resolved"|--(?:index|extra)|https?://\S*\.(?:whl|tgz|gz)', _read(lock)) == []
    )


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_python_locks_have_hashes(lock: str) -> None:
    pinned = [line for line in _read(lock).splitlines() if re.match(r"[a-z0-9]", line, re.I)]
    assert pinned
    assert [line for line in pinned if not re.search(r"==.*\\$", line)] == []


def test_lock_covers_what_the_backend_names() -> None:
    project = tomllib.loads(_read("backend/pyproject.toml"))["project"]
    locked = {
        line.split("==")[0] for line in _read("requirements.lock").splitlines() if "==" in line
    }
    named = list(chain(project["dependencies"], *project["optional-dependencies"].values()))
    names = {re.split(r"[\[<>=;~! ]", name)[0].lower().replace("_", "-") for name in named}
    assert names - locked == set(), "run make lock"


@pytest.mark.parametrize("lock", NODE_LOCKS)
def test_node_locks_have_every_platform(lock: str) -> None:
    """npm may drop other platforms' bindings from a lock it updates; `npm ci` then refuses it."""
    packages = json.loads(_read(lock))["packages"]
    missing = [
        f"{path} needs {name}"
        for path, package in packages.items()
        for name in package.get("optionalDependencies", {})
        if f"node_modules/{name}" not in packages and f"{path}/node_modules/{name}" not in packages
    ]
    assert missing == []


def test_make_help_lists_the_targets() -> None:
    listing = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("run", "test", "test-quick", "lint", "openapi", "dev", "bench", "lock"):
        assert f"make {target} " in listing.stdout


def _read(path: str) -> str:
    return (ROOT / path).read_text()
