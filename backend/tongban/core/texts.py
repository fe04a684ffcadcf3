"""Texts in the two languages of the platform."""

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
    """The first language of an `Accept-Language` header that we have; Chinese when none is."""
    for part in (accept_language or "").split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"
