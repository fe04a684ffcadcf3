"""`tongban run --devices virtual`: a clerk reads a card at a counter that has no hardware."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.runtime.test_serve import Run, free_port
from tests.support.waiting import until

pytestmark = pytest.mark.slow


async def test_a_card_is_read_and_the_pairing_outlives_a_restart(tmp_path: Path) -> None:
    port = free_port()
    first = Run(tmp_path, port, "--devices", "virtual")
    try:
        await asyncio.to_thread(first.until, "Ctrl-C")
        assert re.search(rf"Counter +http://127.0.0.1:{port + 3}/", first.seen)
        card = await _read_card(port, tmp_path)
        assert (card["name"], card["id_number"]) == ("陈晓明", "440306199003075612")
    finally:
        first.process.terminate()
        await asyncio.to_thread(first.ended)
    identity = (tmp_path / "bridge" / "identity.json").read_text()
    again = Run(tmp_path, port, "--devices", "virtual")
    try:
        await asyncio.to_thread(again.until, "Ctrl-C")
        assert (await _read_card(port, tmp_path))["name"] == "陈晓明"
    finally:
        again.process.terminate()
        await asyncio.to_thread(again.ended)
    assert (tmp_path / "bridge" / "identity.json").read_text() == identity


async def _read_card(port: int, data: Path) -> dict[str, Any]:
    accounts = json.loads((data / "demo-accounts.json").read_text())
    clerk = next(account for account in accounts if "clerk" in account["roles"])
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1") as client:
        await client.post(f"http://127.0.0.1:{port + 3}/card", json={"person": "chen"})
        form = {"username": clerk["username"], "password": clerk["password"]}
        token = (await client.post("/auth/token", data=form)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        asked: dict[str, Any] = {}

        async def online() -> bool:
            windows = (await client.get("/devices/windows")).json()
            asked.update(next(window for window in windows if window["bridges"]))
            return bool(asked["bridges"][0]["online"])

        await until(online)
        path = f"/devices/windows/{asked['code']}/commands"
        command = (await client.post(path, json={"kind": "read_card"})).json()

        async def done() -> bool:
            command.update((await client.get(f"/devices/commands/{command['id']}")).json())
            return command["state"] not in ("waiting", "taken")

        await until(done)
        result: dict[str, Any] = command["result"]
        return result
