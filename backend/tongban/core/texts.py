"""Texts in the two languages of the platform."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages; `{name}` places are filled from `params`."""

    zh: str
    en: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def using(self, **params: Any) -> "Text":
        return Text(self.zh, self.en, params)

    def say(self, language: Language) -> str:
        template = self.zh if language == "zh" else self.en
        return template.format_map(_Known(self.params)) if "{" in template else template


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def language_of(accept_language: str | None) -> Language:
    """The language of an `Accept-Language` header that we have and its sender likes best (by `q`,
    then by order); Chinese when there is none."""
    best: Language = "zh"
    liking = 0.0
    for part in (accept_language or "").split(","):
        tag, *parameters = part.lower().replace(" ", "").split(";")
        language = _LANGUAGES.get(tag.split("-")[0])
        weight = _weight(parameters)
        if language is not None and weight > liking:
            best, liking = language, weight
    return best


_LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en"}


def _weight(parameters: list[str]) -> float:
    """The `q` among a tag's parameters, 1 without one, 0 (never) where it is no number."""
    given = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
    return float(given) if _WEIGHT.fullmatch(given) else 0.0


_WEIGHT = re.compile(r"[01](\.\d{0,3})?", re.ASCII)
