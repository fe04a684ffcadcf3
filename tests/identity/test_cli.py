"""The command line, against a database of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from tests.support.database import CommittedDatabase
from tests.support.people import organisations_file
from tongban.cli import main
from tongban.core.settings import get_settings
from tongban.demo.seed import packaged

pytestmark = pytest.mark.slow

Run = Callable[..., Result]


@pytest.fixture
def run(committed_db: CommittedDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("TONGBAN_DATABASE_URL", committed_db.urls.app)
    get_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments])
    get_settings.cache_clear()


def _written(folder: Path, content: Any) -> Path:
    file = folder / "file.json"
    file.write_bytes(orjson.dumps(content))
    return file


def test_import_says_what_it_did_and_can_be_repeated(run: Run, tmp_path: Path) -> None:
    file = _written(tmp_path, organisations_file())
    first = run("import", "organisations", file)
    assert first.exit_code == 0, first.output
    assert " created, 0 changed, 0 unchanged" in first.output
    again = run("import", "organisations", file)
    assert "0 created, 0 changed" in again.output


def test_import_names_every_mistake_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    data = organisations_file()
    data["streets"][4]["hall"]["windows"] = 0
    data["district"]["bureaus"][0]["code"] = "MZJ"
    refused = run("import", "organisations", _written(tmp_path, data))
    assert refused.exit_code == 1
    assert "德胜街道 110102010 · 大厅 · 窗口数：不得小于 1" in refused.output
    assert "德胜街道 110102010 · Hall · Number of windows: At least 1 [hall/windows]" in (
        refused.output
    )
    assert "区民政局 MZJ · 代码：格式不正确" in refused.output
    elsewhere = run("import", "organisations", _written(tmp_path, [1]))
    assert "整个文件：应为包含各项的对象 / The whole file: " in elsewhere.output
    whole = tmp_path / "marked.json"
    whole.write_bytes(b"\xef\xbb\xbf" + orjson.dumps(organisations_file()))
    assert "0 changed, 0 unchanged" in run("import", "organisations", whole).output


def test_matters_are_imported_and_mistakes_named(run: Run, tmp_path: Path) -> None:
    run("import", "organisations", _written(tmp_path, organisations_file()))
    matters = packaged("matters.json")[:2]
    name = matters[1].pop("name")
    refused = run("import", "matters", _written(tmp_path, matters))
    assert refused.exit_code == 1
    code = matters[1]["code"]
    assert f"{code}：名称：此项必填 / {code}: Name: Required [/{code}/name]" in refused.output
    matters[1]["name"] = name
    done = run("import", "matters", _written(tmp_path, matters))
    assert done.output.startswith("2 new, 0 changed, 0 unchanged"), done.output
    matters[1]["name"] = "改了名字的事项"
    changed = run("import", "matters", _written(tmp_path, matters))
    assert changed.output.startswith("0 new, 1 changed, 1 unchanged")
    assert "改了名字的事项" in changed.output


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_import_of_something_else_says_so(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    answer = run("import", "organisations", file)
    assert (answer.exit_code, "not JSON" in answer.output) == (1, True)


def test_first_administrator(run: Run, tmp_path: Path) -> None:
    early = run("create-admin", "Root", "张敏", "--organisation", "110102")
    assert (early.exit_code, "import the tree first" in early.output) == (1, True)
    run("import", "organisations", _written(tmp_path, organisations_file()))
    made = run("create-admin", "Root", "张敏", "--organisation", "110102")
    assert made.exit_code == 0, made.output
    assert made.output.startswith("root  ")
    twice = run("create-admin", "root", "张敏", "--organisation", "110102")
    assert (twice.exit_code, "already" in twice.output) == (1, True)
    clerk = run("create-admin", "c", "张敏", "--organisation", "110102", "--role", "clerk")
    assert clerk.exit_code == 1


def test_contract_is_that_of_the_application(run: Run, app: FastAPI, tmp_path: Path) -> None:
    file = tmp_path / "v1.json"
    assert run("openapi", file).exit_code == 0
    assert orjson.loads(file.read_bytes()) == orjson.loads(orjson.dumps(app.openapi()))
    assert run("openapi").output == file.read_text()
