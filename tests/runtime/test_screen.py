"""The one screen after the start."""

import json
from pathlib import Path

import pytest

from tongban.runtime import screen

ROLES = ["clerk", "reviewer", "leader"]


def account(number: int, *roles: str) -> dict[str, object]:
    return {
        "username": f"user{number}",
        "password": "secret",
        "roles": list(roles),
        "organisation_code": "110102010",
        "organisation_name": "德胜街道",
    }


def test_shows_one_account_of_every_role() -> None:
    accounts = [account(1, "clerk"), account(2, "clerk"), account(3, "reviewer", "clerk")]
    chosen = screen.one_of_every_role(accounts)
    assert [entry["username"] for entry in chosen] == ["user1", "user3"]


def test_fits_one_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts = [account(number, f"role{number}") for number in range(40)]
    (tmp_path / "demo-accounts.json").write_text(json.dumps(accounts))
    screen.ready("http://127.0.0.1:8000", tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert any("http://127.0.0.1:8000/staff/" in line for line in lines)


def test_is_fine_without_demo_accounts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    screen.ready("http://127.0.0.1:8001", tmp_path)
    assert "8001/api/v1/docs" in capsys.readouterr().out
