"""What can go wrong at the counter: one exception, and its words from `texts.toml`."""

import tomllib
from functools import cache
from importlib.resources import files


class Fault(Exception):
    """An expected failure with a stable code, found in `texts.toml`.

    `detail` is for whoever repairs it (a status word, a port) and never holds personal data.
    """

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("tongban_bridge") / "texts.toml").read_text(encoding="utf-8"))


def message(code: str) -> tuple[str, str]:
    """What to tell a person, in Chinese and in English."""
    text = _texts()[code]
    return text["zh"], text["en"]


def words(fault: Fault) -> str:
    """All there is to say of it, in one line of both languages."""
    chinese, english = message(fault.code)
    detail = f" [{fault.detail}]" if fault.detail else ""
    return f"{chinese} {english} ({fault.code}){detail}"


def known_codes() -> frozenset[str]:
    """Every code that has words."""
    return frozenset(_texts())
