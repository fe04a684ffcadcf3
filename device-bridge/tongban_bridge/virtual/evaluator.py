"""An evaluator whose keys are pressed by whoever tries the counter."""

from tongban_bridge.evaluator.frames import load_map


class VirtualEvaluator:
    """Hears when it may be pressed. `press` gives the bytes that a press sends."""

    def __init__(self, frames: str = "hall", *, address: int = 1, level: int | None = None) -> None:
        self._map = load_map(frames)
        self._address = address
        self._level = level
        self.heard = b""

    def press(self, key: int) -> bytes:
        """The frame of a key, whether anybody asked or not."""
        frame = self._map.compose("press", address=self._address, key=key)
        return frame or b""

    def key_of(self, level: int) -> int:
        """The key of a level; KeyError where this kind has none."""
        return {value: key for key, value in self._map.levels.items()}[level]

    @property
    def levels(self) -> list[int]:
        """The levels that have a key."""
        return sorted(self._map.levels.values(), reverse=True)

    @property
    def acknowledged(self) -> int:
        """How many presses were acknowledged."""
        frames = (
            self._map.compose("acknowledge", address=self._address, key=key)
            for key in [*self._map.levels, *self._map.skip]
        )
        return sum(self.heard.count(frame) for frame in frames if frame)

    @property
    def asked(self) -> int:
        """How often a press was asked for."""
        return self.heard.count(self._map.compose("start", address=self._address) or b"\0")

    def hear(self, received: bytes) -> bytes:
        """With a `level`, press its key as soon as asked."""
        before = self.asked
        self.heard += received
        return self.press(self.key_of(self._level)) if self._level and self.asked > before else b""
