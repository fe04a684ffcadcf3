"""Where in a definition something stands, in words: `材料 · 居民户口簿 · 份数`."""

from collections.abc import Iterator, Sequence
from typing import Any

from tongban.core.characters import flaw_of
from tongban.core.texts import Text
from tongban.matters.comparing import LABELS, PARTS

_NAMED_BY = ("name", "title", "key")
_LONGEST = 40


def place_in(content: Any, path: Sequence[str]) -> Text:
    """The place that a path (the parts of a JSON pointer) leads to; items by their names."""
    steps = list(_steps(content, path))
    return Text(" · ".join(step.zh for step in steps), " · ".join(step.en for step in steps))


def at(place: Text, text: Text) -> Text:
    """A text with its place before it. Names of the file may hold braces: they go in as values."""
    zh, en = (f"place_{language}_{len(text.params)}" for language in ("zh", "en"))
    params = {**text.params, zh: place.zh, en: place.en}
    return Text(f"{{{zh}}}：{text.zh}", f"{{{en}}}: {text.en}", params)


def matter_title(item: Any, index: int) -> Text:
    """A matter of a file by what it says of itself, else by its place, which counts from 1."""
    said = [item.get(key) for key in ("code", "name")] if isinstance(item, dict) else []
    words = " ".join(_shown(word) for word in said if isinstance(word, str) and _shown(word))
    return Text(words or f"第 {index + 1} 个事项", words or f"Matter {index + 1}")


def _steps(content: Any, path: Sequence[str]) -> Iterator[Text]:
    node = content
    for depth, part in enumerate(path):
        if isinstance(node, list) and part.isdigit():
            node = node[int(part)] if int(part) < len(node) else None
            yield _item(node, int(part))
            continue
        node = node.get(part) if isinstance(node, dict) else None
        labels = LABELS if depth == 0 else PARTS
        yield labels.get(part) or Text(_shown(part), _shown(part))


def _item(item: Any, index: int) -> Text:
    names = [item.get(key) for key in _NAMED_BY] if isinstance(item, dict) else []
    name = next((_shown(name) for name in names if isinstance(name, str) and _shown(name)), "")
    return Text(name or f"第 {index + 1} 项", name or f"item {index + 1}")


def _shown(word: str) -> str:
    """A name as it may be repeated: not one in which something hides."""
    return "" if flaw_of(word, one_line=True) else word.strip()[:_LONGEST]
