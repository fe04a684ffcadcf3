"""The program in `docs/chain.md` checks a real export, without a line of ours and without a key."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cases.conftest import Office
from tests.cases.test_archive import DESHENG, HOME, build
from tests.cases.test_export import export, unpacked
from tests.support.applications import application
from tests.support.database import ROOT

PAGE = (ROOT / "docs" / "chain.md").read_text()
COMMENT = '“齐”/\\ "是"\n\t第二行：𠮷·é 👍'


@pytest.fixture
def check(tmp_path: Path) -> Callable[[Path], str]:
    """Runs the page's program on a folder; what it says."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    script = tmp_path / "check.py"
    script.write_text(program)

    def run(folder: Path) -> str:
        command = [sys.executable, "-I", "-S", str(script), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip()

    return run


async def exported(office: Office, tmp_path: Path) -> tuple[str, Path]:
    """A case with a history of many kinds of events, and its folder in an export."""
    body = application("ST-MZ-008", HOME, receive_only=True, comment=COMMENT)
    number = await office.take_in(DESHENG, body)
    findings = [{"pointer": "/form/card_no", "message": COMMENT}]
    await office.act("clerk", DESHENG, number, "request_correction", findings=findings)
    await office.act("clerk", DESHENG, number, "submit_correction")
    await office.act("clerk", DESHENG, number, "accept")
    await office.act("reviewer", DESHENG, number, "suspend", reason="appraisal")
    await office.act("reviewer", DESHENG, number, "resume")
    await office.act("reviewer", DESHENG, number, "approve", document_number="京〔2026〕1号")
    await office.act("clerk", DESHENG, number, "issue")
    await office.act("clerk", DESHENG, number, "archive")
    assert await build(office) == 1
    return number, unpacked(await export(office), tmp_path / "bag") / "data" / number


async def test_the_page_checks_an_export_and_finds_every_change(
    office: Office, tmp_path: Path, check: Callable[[Path], str]
) -> None:
    _, folder = await exported(office, tmp_path)
    assert check(folder) == "whole"
    written = folder / "events.json"
    events: list[dict[str, Any]] = orjson.loads(written.read_bytes())
    assert len(events) >= 9

    def after(change: Callable[[list[dict[str, Any]]], Any]) -> str:
        changed: list[dict[str, Any]] = orjson.loads(orjson.dumps(events))
        change(changed)
        written.write_bytes(orjson.dumps(changed))
        return check(folder)

    said = "event 2 is not what was written"
    assert after(lambda all_: all_[1].update(comment="别的")) == said
    assert after(lambda all_: all_[1]["details"].update(more=1)) == said
    assert after(lambda all_: all_[1].update(at=all_[2]["at"])) == said
    assert after(lambda all_: all_.pop(1)) == said
    assert after(lambda all_: all_.insert(1, all_[0])) == said
    assert after(lambda all_: all_.pop()) == "events are missing at the end"
    written.write_bytes(orjson.dumps(events))
    index = orjson.loads((folder / "index.json").read_bytes())
    index["case"]["id"] = "00000000-0000-0000-0000-000000000007"
    (folder / "index.json").write_bytes(orjson.dumps(index))
    assert check(folder) == "event 1 is not what was written"


async def test_what_the_api_answers_is_enough_too(
    office: Office, tmp_path: Path, check: Callable[[Path], str]
) -> None:
    number, _ = await exported(office, tmp_path)
    clerk = await office.person("clerk", DESHENG)
    case = (await clerk.get(f"/cases/{number}")).body
    events = (await clerk.get(f"/cases/{number}/events")).body["items"]
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "events.json").write_bytes(orjson.dumps(events))
    end = {"case": {"id": case["id"], "head_hash": events[-1]["hash"]}}
    (folder / "index.json").write_bytes(orjson.dumps(end))
    assert check(folder) == "whole"


def test_the_pages_example_is_right(tmp_path: Path, check: Callable[[Path], str]) -> None:
    example = PAGE.split("## An example")[1]
    prev, canonical, end = re.findall(r"(?:prev|canonical|hash) += (.*)", example)
    names = "seq at event actor organisation from_status to_status step_key comment details"
    event = dict(zip(names.split(), orjson.loads(canonical), strict=True))
    event |= {"prev_hash": prev, "hash": end}
    (tmp_path / "events.json").write_bytes(orjson.dumps([event]))
    case = {"id": "00000000-0000-0000-0000-000000000007", "head_hash": end}
    (tmp_path / "index.json").write_bytes(orjson.dumps({"case": case}))
    assert check(tmp_path) == "whole"
