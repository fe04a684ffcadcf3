"""The chain of a case's events: whatever is changed, removed or cut off is found."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.cases.events import CHAINED, first_link, link_hash, verify

CASE = UUID(int=7)
START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@dataclass
class Link:
    seq: int
    at: datetime
    event: str
    actor: str | None
    organisation: str | None
    from_status: str | None
    to_status: str
    step_key: str | None
    comment: str
    details: dict[str, Any]
    prev_hash: bytes = b""
    hash: bytes = b""


def chain(length: int) -> list[Link]:
    links: list[Link] = []
    prev = first_link(CASE)
    for seq in range(1, length + 1):
        link = Link(
            seq=seq,
            at=START + timedelta(minutes=seq, microseconds=seq),
            event="passed",
            actor="ds-clerk",
            organisation="110102007",
            from_status="accepted",
            to_status="in_process",
            step_key="first_review",
            comment=f"第{seq}步",
            details={"b": seq, "a": True},
        )
        digest = link_hash(prev, {name: getattr(link, name) for name in CHAINED})
        links.append(replace(link, prev_hash=prev, hash=digest))
        prev = digest
    return links


def check(links: list[Link], original: list[Link]) -> int | None:
    return verify(CASE, len(original), original[-1].hash, links)


def test_a_whole_chain_verifies() -> None:
    links = chain(5)
    assert check(links, links) is None


def test_the_order_of_keys_in_details_does_not_matter() -> None:
    links = chain(2)
    stored = [replace(link, details=dict(reversed(link.details.items()))) for link in links]
    assert check(stored, links) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", START),
        ("event", "approved"),
        ("actor", "someone-else"),
        ("organisation", None),
        ("from_status", None),
        ("to_status", "concluded"),
        ("step_key", "approve"),
        ("comment", "另一句话"),
        ("details", {}),
    ],
)
def test_an_edited_event_is_found(field: str, value: Any) -> None:
    original = chain(4)
    tampered = [*original]
    tampered[1] = replace(original[1], **{field: value})
    assert check(tampered, original) == 2


@given(st.integers(2, 8), st.data())
def test_a_removed_event_is_found_wherever_it_was(length: int, data: st.DataObject) -> None:
    original = chain(length)
    gone = data.draw(st.integers(0, length - 1))
    assert check(original[:gone] + original[gone + 1 :], original) == gone + 1


@given(st.integers(1, 6), st.data())
def test_a_chain_rewritten_from_somewhere_on_does_not_reach_the_head(
    length: int, data: st.DataObject
) -> None:
    original = chain(length)
    start = data.draw(st.integers(0, length - 1))
    forged = original[:start]
    prev = forged[-1].hash if forged else first_link(CASE)
    for link in original[start:]:
        changed = replace(link, comment="改过")
        digest = link_hash(prev, {name: getattr(changed, name) for name in CHAINED})
        forged.append(replace(changed, prev_hash=prev, hash=digest))
        prev = digest
    assert check(forged, original) is not None


def test_a_chain_moved_to_another_case_is_found() -> None:
    links = chain(2)
    assert verify(UUID(int=8), 2, links[-1].hash, links) == 1
