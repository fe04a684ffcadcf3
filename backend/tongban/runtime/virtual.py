"""`make run DEVICES=virtual`: a counter without hardware, and a bridge paired with its window."""

import json
import sys
from pathlib import Path
from typing import Any

import httpx

from tongban.runtime.processes import Family, RuntimeFailure

API = "/api/v1"
PATIENCE = 30.0
COMMAND = Path(sys.executable).with_name("tongban-bridge")


def start_counter(family: Family, server: str, data_dir: Path, port: int) -> str:
    """Start the virtual counter beside the platform at `server`; where its console is.

    Its console listens on `port`, the bridge's own page on the next.

    It is paired by the first demo clerk at the clerk's first window, once for a data folder and
    an address. Raises `RuntimeFailure` where that clerk cannot sign in any more.
    """
    home = data_dir / "bridge"
    command: list[str | Path] = [COMMAND, "virtual", "--server", server, "--home", home]
    command += ["--console-port", str(port), "--page-port", str(port + 1)]
    if not _paired_with(home, server):
        command += ["--code", _pairing_code(server, data_dir / "demo-accounts.json")]
    family.start("bridge", command)
    console = f"http://127.0.0.1:{port}/"
    family.wait_until(
        lambda: _answers(console) and _paired_with(home, server), "the virtual counter", PATIENCE
    )
    return console


def _paired_with(home: Path, server: str) -> bool:
    try:
        identity = json.loads((home / "identity.json").read_text())
    except FileNotFoundError:
        return False
    return bool(identity["server"] == server)


def _pairing_code(server: str, accounts: Path) -> str:
    clerk = _first_clerk(accounts)
    try:
        with httpx.Client(base_url=server + API) as client:
            form = {"username": clerk["username"], "password": clerk["password"]}
            token = client.post("/auth/token", data=form).raise_for_status().json()
            client.headers["Authorization"] = f"Bearer {token['access_token']}"
            windows = client.get("/devices/windows").raise_for_status().json()
            body = {"window_code": windows[0]["code"]}
            answer = client.post("/devices/pairing-codes", json=body).raise_for_status()
    except (httpx.HTTPError, KeyError, IndexError) as error:
        raise RuntimeFailure(
            f"The virtual counter cannot be paired as {clerk['username']}: {error}."
            " Pair it by hand with a code from the staff pages: tongban-bridge virtual --help"
        ) from error
    return str(answer.json()["code"])


def _first_clerk(accounts: Path) -> dict[str, Any]:
    people: list[dict[str, Any]] = json.loads(accounts.read_text()) if accounts.exists() else []
    for person in people:
        if "clerk" in person["roles"]:
            return person
    raise RuntimeFailure(f"Virtual devices need the demo accounts, and {accounts} is not there.")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False
