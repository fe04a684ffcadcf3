"""What `make run` shows: a line for each step, then one screen that says where to go."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ACCOUNTS_SHOWN = 11


def step(text: str) -> None:
    print(f"  · {text}", flush=True)


def ready(url: str, data_dir: Path, console: str | None = None) -> None:
    """Print addresses, demo accounts and how to stop: fits 24 lines of 96 columns."""
    lines = ["", "  通办 Tongban 已启动 · is up", ""]
    places = [
        ("居民端 Residents", f"{url}/"),
        ("工作台 Staff", f"{url}/staff/"),
        ("接口契约 Contract", f"{url}/api/v1/docs"),
    ]
    if console:
        places.append(("虚拟柜台 Counter", console))
    lines += _table(places)
    accounts_file = data_dir / "demo-accounts.json"
    if accounts_file.exists():
        accounts: list[dict[str, Any]] = json.loads(accounts_file.read_text())
        lines += ["", f"  演示账号 Demo accounts ({len(accounts)}, {_short(accounts_file)}):"]
        lines += _table(
            (a["username"], a["password"], ",".join(a["roles"]), _organisation(a))
            for a in one_of_every_role(accounts)
        )
    lines += ["", f"  日志 Logs: {_short(data_dir / 'log')}    停止 Stop: Ctrl-C", ""]
    print("\n".join(lines), flush=True)


def one_of_every_role(accounts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first account of each role, in the file's order; at most `ACCOUNTS_SHOWN`."""
    seen: set[str] = set()
    chosen: list[dict[str, Any]] = []
    for account in accounts:
        if not seen.issuperset(account["roles"]):
            seen.update(account["roles"])
            chosen.append(account)
    return chosen[:ACCOUNTS_SHOWN]


def _organisation(account: dict[str, Any]) -> str:
    return f"{account['organisation_code']} {account['organisation_name']}"


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    cells = list(rows)
    widths = [max(_width(cell) for cell in column) for column in zip(*cells, strict=True)]
    return [
        "    "
        + "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
