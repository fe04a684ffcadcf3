"""`tongban-bridge virtual`: the whole counter, each command through its real protocol."""

import base64
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.bridge.stand_in import CODE, Platform, await_that
from tests.bridge.test_command_line import PROGRAM
from tongban_bridge.printer.testpage import test_page as a_page


class Hands:
    """Whoever stands at the virtual counter."""

    def __init__(self, address: str) -> None:
        self.address = address

    def do(self, path: str, **body: object) -> int:
        return httpx.post(self.address + path, json=body).status_code

    def state(self) -> dict[str, object]:
        state: dict[str, object] = httpx.get(self.address + "/state").json()
        return state


@pytest.fixture
def hands(platform: Platform, tmp_path: Path) -> Iterator[Hands]:
    options = ["--server", platform.address, "--code", CODE, "--home", str(tmp_path / "home")]
    ports = ["--page-port", "0", "--console-port", "0"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*PROGRAM, "virtual", *options, *ports, "--person", "chen"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout
    try:
        said = process.stdout.readline()
        assert "http://" in said, (tmp_path / "log").read_text()
        await_that(lambda: platform.reports, 30)
        yield Hands(said.strip().rpartition(" ")[2])
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_matter_from_card_to_evaluation(platform: Platform, hands: Hands) -> None:
    await_that(lambda: set(platform.devices.values()) == {"ready"}, 20)
    card = platform.outcome(platform.ask("read_card"))
    assert card["result"]["name"] == "陈晓明"
    with Image.open(io.BytesIO(base64.b64decode(card["result"]["photo"]))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (102, 126))

    assert hands.do("/feeder", pages=3) == 200
    scan = platform.outcome(platform.ask("scan", source="feeder", dpi=200, format="pdf"), 20)
    (file_id,) = scan["result"]["file_ids"]
    media_type, content = platform.files[file_id]
    assert (media_type, content[:5]) == ("application/pdf", b"%PDF-")

    command = "6f0b1a0e-0000-4000-8000-000000000001"
    platform.documents[command] = a_page()
    printed = platform.outcome(platform.ask("print", id=command, document="receipt", copies=1))
    assert printed["state"] == "done"
    slip = "6f0b1a0e-0000-4000-8000-000000000002"
    platform.documents[slip] = json.dumps({"title": "凭条", "lines": [], "qr": ""}).encode()
    assert platform.outcome(platform.ask("print_slip", id=slip))["state"] == "done"
    state = hands.state()
    assert (state["printed"], state["slips"]) == (1, 1)
    assert httpx.get(hands.address + "/printed/1").content == platform.documents[command]

    evaluation = platform.ask("evaluate", case_number="1")
    await_that(lambda: hands.state()["asked"] == 1)
    assert hands.do("/press", level=4) == 200
    assert platform.outcome(evaluation)["result"] == {"level": 4}


@pytest.mark.slow
def test_pulling_out_and_plugging_in(platform: Platform, hands: Hands) -> None:
    await_that(lambda: set(platform.devices.values()) == {"ready"}, 20)
    for device, command in (
        ("idcard", "read_card"),
        ("scanner", "scan"),
    ):
        assert hands.do("/plug", device=device, **{"in": False}) == 200
        assert platform.outcome(platform.ask(command))["state"] == "failed"
        await_that(lambda device=device: platform.devices[device] == "absent", 20)  # type: ignore[misc]
        assert hands.do("/plug", device=device, **{"in": True}) == 200
        await_that(lambda device=device: platform.devices[device] == "ready", 20)  # type: ignore[misc]
    assert platform.outcome(platform.ask("read_card"))["state"] == "done"


def test_what_nobody_can_do(hands: Hands) -> None:
    assert hands.do("/card", person="stranger") == 422
    assert hands.do("/press", level=9) == 422
    assert hands.do("/plug", device="toaster", **{"in": False}) == 422
    assert hands.do("/elsewhere") == 422
    assert httpx.get(hands.address + "/printed/9").status_code == 404
    elsewhere = {"Origin": "https://attacker.example"}
    assert httpx.get(hands.address + "/state", headers=elsewhere).status_code == 403
