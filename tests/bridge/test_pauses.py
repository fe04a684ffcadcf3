"""What two thousand bridges do together when the platform goes and comes back."""

from collections import Counter

import pytest

from tongban_bridge.pauses import Pauses

BRIDGES = 2000
CALM = 1100
"""Attempts in a second that are no stampede: half of the bridges, and what chance adds."""


def attempts(outage: float) -> list[list[float]]:
    """When each bridge tries, in seconds since all lost their connection at the same moment; the
    last time is the one that succeeds."""
    found = []
    for _ in range(BRIDGES):
        pauses, tried = Pauses(), [0.0]
        while tried[-1] <= outage:
            tried.append(tried[-1] + pauses.after_failure())
        found.append(tried[1:])
    return found


@pytest.mark.parametrize("outage", [0.1, 3, 60, 3600])
def test_all_are_back_within_five_seconds_and_none_knock_at_once(outage: float) -> None:
    tried = attempts(outage)
    assert max(one[-1] for one in tried) - outage <= 5
    assert max(Counter(int(time) for one in tried for time in one).values()) <= CALM


def test_a_success_makes_the_next_failure_a_first_one() -> None:
    pauses = Pauses()
    pauses.after_failure()
    assert pauses.after_failure() >= 2.5
    pauses.succeeded()
    assert pauses.after_failure() <= 2
