"""The bridge with virtual devices against the platform's own API."""

import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bridge.stand_in import PREFIX, await_that
from tests.bridge.test_command_line import PROGRAM
from tests.bridge.test_pairing_page import Run
from tests.support.applications import application
from tests.support.live import Api, Demo, environment
from tongban.runtime import Services

pytestmark = pytest.mark.slow

WINDOW = "110102010-DT-01"
HOME = "110102010002"


@dataclass
class Clerk:
    """A clerk's page, as far as devices go."""

    client: httpx.Client

    def devices(self) -> dict[str, str]:
        windows = self.client.get(f"{PREFIX}/windows").json()
        (window,) = (one for one in windows if one["code"] == WINDOW)
        return {
            device["id"]: device["state"]
            for bridge in window["bridges"]
            if bridge["online"]
            for device in bridge["devices"]
        }

    def ask(self, kind: str, **parameters: object) -> dict[str, Any]:
        """What came of a command."""
        answer = self.client.post(
            f"{PREFIX}/windows/{WINDOW}/commands",
            json={"kind": kind, "parameters": parameters},
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )
        assert answer.status_code == 201, answer.text
        command: dict[str, Any] = answer.json()

        def over() -> bool:
            command.update(self.client.get(f"{PREFIX}/commands/{command['id']}").json())
            return command["state"] not in ("waiting", "taken")

        await_that(over, 30)
        return command


@pytest.fixture(scope="module")
def api(services: Services, demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One process of the API over a clone of the demo district."""
    name = "tongban_test_bridge"
    services.drop_database(name)
    urls = services.create_database(name, demo.database)
    api = Api(services, environment(services, urls, tmp_path_factory.mktemp("bridge") / "files"))
    api.start()
    yield api.url
    api.stop()
    services.drop_database(name)


@pytest.fixture(scope="module")
def clerk(api: str, demo: Demo) -> Iterator[Clerk]:
    form = {"username": "ds-clerk", "password": demo.accounts["ds-clerk"]["password"]}
    with httpx.Client(base_url=api, timeout=30) as client:
        token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield Clerk(client)


@pytest.fixture(scope="module")
def counter(api: str, clerk: Clerk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`tongban-bridge virtual` paired with the clerk's window."""
    folder = tmp_path_factory.mktemp("counter")
    made = clerk.client.post(f"{PREFIX}/pairing-codes", json={"window_code": WINDOW})
    options = ["--server", api, "--code", made.json()["code"], "--home", str(folder / "home")]
    ports = ["--page-port", "0", "--console-port", "0", "--level", "5"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*PROGRAM, "virtual", *options, *ports, "--person", "chen"], stdout=log, stderr=log
        )
    try:
        await_that(lambda: set(clerk.devices().values()) == {"ready"}, 30)
        yield
    except AssertionError:
        pytest.fail(f"{clerk.devices()}: {(folder / 'log').read_text()}")
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def case_number(clerk: Clerk) -> str:
    answer = clerk.client.post(
        "/api/v1/cases",
        json=application("ST-MZ-008", HOME),
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def test_a_card(clerk: Clerk, counter: None) -> None:
    command = clerk.ask("read_card")
    assert command["state"] == "done", command
    assert command["result"]["name"] == "陈晓明"
    assert command["result"]["authenticated"] is True


@pytest.mark.parametrize("format", ["pdf", "jpeg"])
def test_a_scan(clerk: Clerk, counter: None, format: str) -> None:
    command = clerk.ask("scan", source="flatbed", dpi=150, format=format)
    assert command["state"] == "done", command
    assert len(command["result"]["file_ids"]) == 1


def test_an_empty_feeder(clerk: Clerk, counter: None) -> None:
    command = clerk.ask("scan", source="feeder")
    assert (command["state"], command["problem"]["code"]) == ("failed", "feeder_empty")


def test_printing(clerk: Clerk, counter: None, case_number: str) -> None:
    sheet = clerk.ask("print", case_number=case_number, document="receipt")
    slip = clerk.ask("print_slip", case_number=case_number)
    assert (sheet["state"], slip["state"]) == ("done", "done"), (sheet, slip)


def test_an_evaluation(clerk: Clerk, counter: None, case_number: str) -> None:
    command = clerk.ask("evaluate", case_number=case_number)
    assert command["state"] == "done", command
    assert command["result"] == {"finished": True}


def test_revoked(clerk: Clerk, counter: None, tmp_path: Path) -> None:
    """The counter is gone afterwards."""
    (bridge,) = (one for one in clerk.client.get(f"{PREFIX}/bridges").json() if one["online"])
    assert clerk.client.delete(f"{PREFIX}/bridges/{bridge['id']}").is_success
    await_that(lambda: clerk.devices() == {}, 30)


def test_paired_on_its_own_page(clerk: Clerk, api: str, tmp_path: Path) -> None:
    """Last of all: after the wrong codes this address has to wait."""
    made = clerk.client.post(f"{PREFIX}/pairing-codes", json={"window_code": WINDOW})
    code, window = made.json()["code"], made.json()["window"]["name"]
    run = Run(tmp_path / "home", '[[devices]]\nid = "a"\ndriver = "sam_v"\nport = "/dev/none"\n')
    try:
        assert run.pair(api, "WRONG234").json()["code"] == "pairing_refused"
        assert run.pair(api, code).json() == {"window": window}
        await_that(lambda: clerk.devices() == {"a": "absent"}, 30)
        assert run.pair(api, code).json()["code"] == "already_paired"
        (bridge,) = (one for one in clerk.client.get(f"{PREFIX}/bridges").json() if one["online"])
        assert clerk.client.delete(f"{PREFIX}/bridges/{bridge['id']}").is_success
        await_that(lambda: run.health["pairing"] == {"server": api}, 30)
        assert run.pair(api, code).json()["code"] == "pairing_refused"
        told = {"code": ""}
        while told["code"] != "pairing_wait":
            told = run.pair(api, "WRONG234").json()
            assert told["code"] in ("pairing_refused", "pairing_wait")
    finally:
        run.stop()
