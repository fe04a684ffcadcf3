"""How an evaluator spells its keys and what it is told: a frame map, which is data. Pure."""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from importlib.resources import files
from pathlib import Path

from tongban_bridge.faults import Fault

CHECKS: dict[str, Callable[[bytes], int]] = {
    "none": lambda _: 0,
    "sum8": lambda covered: sum(covered) % 256,
    "xor8": lambda covered: reduce(lambda left, right: left ^ right, covered, 0),
}

LONGEST = 64
"""Bytes of the longest key frame; what is older waits for nothing."""

_TOKEN = re.compile(r"[0-9A-Fa-f]{2}|\{(address|key|clerk|check)\}|\[|\]")


@dataclass(frozen=True)
class FrameMap:
    """One kind of evaluator; `maps/hall.toml` explains each entry."""

    title: str
    baud: int
    check: str
    receive: re.Pattern[bytes]
    levels: dict[int, int]
    skip: frozenset[int]
    send: dict[str, str]

    def compose(self, name: str, *, address: int, key: int = 0, clerk: str = "") -> bytes | None:
        """A frame to send, or nothing where this kind knows none of that name."""
        if name not in self.send:
            return None
        values = {"address": bytes([address]), "key": bytes([key]), "clerk": clerk.encode("ascii")}
        frame = bytearray()
        start = end = 0
        for part in self.send[name].split():
            if part == "[":
                start = len(frame)
            elif part == "]":
                end = len(frame)
            elif part == "{check}":
                frame.append(CHECKS[self.check](bytes(frame[start:end])))
            elif part.startswith("{"):
                frame += values[part[1:-1]]
            else:
                frame += bytes.fromhex(part)
        return bytes(frame)

    def keys(self, received: bytes, *, address: int) -> Iterator[int]:
        """The keys pressed in what arrived, those of other evaluators on the line left out."""
        position = 0
        while found := self.receive.search(received, position):
            groups = found.groupdict()
            good = "check" not in groups or CHECKS[self.check](groups["covered"]) == ord(
                groups["check"]
            )
            position = found.end() if good else found.start() + 1
            if good and ord(groups.get("address") or bytes([address])) == address:
                yield ord(groups["key"])


def load_map(name: str) -> FrameMap:
    """A shipped map by its name, or one of the site's own by the path of its file.

    Raises:
        Fault: `frame_map` where it is not there or not right.
    """
    shipped = files("tongban_bridge") / "evaluator" / "maps" / f"{name}.toml"
    source = shipped if shipped.is_file() else Path(name)
    try:
        return _build(tomllib.loads(source.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, re.error) as problem:
        raise Fault("frame_map", f"{name}: {problem}") from None


def _build(data: dict[str, object]) -> FrameMap:
    levels, send, skip = data["levels"], data["send"], data.get("skip", [])
    if not isinstance(levels, dict) or not isinstance(send, dict) or not isinstance(skip, list):
        raise TypeError("levels and send are tables, skip is a list")
    built = FrameMap(
        title=str(data["title"]),
        baud=int(str(data["baud"])),
        check=str(data["check"]),
        receive=re.compile(str(data["receive"]).encode("latin-1"), re.DOTALL),
        levels={int(key, 16): int(level) for key, level in levels.items()},
        skip=frozenset(int(str(key), 16) for key in skip),
        send={name: str(template) for name, template in send.items()},
    )
    _examine(built)
    return built


def _examine(built: FrameMap) -> None:
    if built.check not in CHECKS:
        raise ValueError(f"check is one of {', '.join(CHECKS)}")
    if not set(built.levels.values()) <= set(range(1, 6)):
        raise ValueError("levels are 1 to 5")
    groups = set(built.receive.groupindex)
    if "key" not in groups or ("check" in groups) != ("covered" in groups):
        raise ValueError("receive needs the group key, and check together with covered")
    if missing := {"start", "acknowledge"} - set(built.send):
        raise ValueError(f"send lacks {', '.join(sorted(missing))}")
    for name, template in built.send.items():
        if not all(_TOKEN.fullmatch(part) for part in template.split()):
            raise ValueError(f"send.{name} is not bytes")
