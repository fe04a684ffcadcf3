"""How long to wait before the platform is tried again, so that two thousand bridges are soon back
and do not all knock at once."""

import random

FIRST = (0.0, 2.0)
"""Seconds after the first failure, drawn evenly: a server that restarts drops everybody at once."""
LATER = (2.5, 5.0)
"""After each one more: nobody is away for longer than this once the platform answers again."""
HOPELESS = (20.0, 30.0)
"""After a refusal that a new attempt will not cure, such as a bridge that is revoked."""


class Pauses:
    """The pauses between attempts that fail."""

    def __init__(self) -> None:
        self._next = FIRST

    def after_failure(self) -> float:
        """Seconds to wait now."""
        seconds, self._next = draw(self._next), LATER
        return seconds

    def succeeded(self) -> None:
        """The next failure is a first one again."""
        self._next = FIRST


def draw(between: tuple[float, float]) -> float:
    """Some time between two."""
    return random.uniform(*between)  # noqa: S311  no secret
