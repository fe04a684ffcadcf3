"""The chain of a case's events: whatever is changed, removed, cut off or written anew is found."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.cases.events import (
    CHAINED,
    CONTRADICTED,
    REWRITTEN,
    UNSEALED,
    Fault,
    first_link,
    fits,
    link_hash,
    seal_head,
    verify,
)
from tongban.core.privacy import get_keys

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


@dataclass
class Row:
    id: UUID
    status: str
    version: int
    head_hash: bytes
    head_seal: bytes | None


def row_of(links: list[Link], case_id: UUID = CASE) -> Row:
    """The case's row as the platform leaves it after these events."""
    version, head = len(links), links[-1].hash
    return Row(case_id, links[-1].to_status, version, head, seal_head(case_id, version, head))


def check(links: list[Link], original: list[Link]) -> int | None:
    fault = verify(row_of(original), links)
    return fault.seq if fault else None


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
    fault = verify(row_of(links, UUID(int=8)), links)
    assert fault
    assert fault.seq == 1


def rewritten(links: list[Link]) -> list[Link]:
    """Another history with the same length, its chain computed as anybody can."""
    forged: list[Link] = []
    prev = first_link(CASE)
    for link in links:
        changed = replace(link, comment="同意")
        digest = link_hash(prev, {name: getattr(changed, name) for name in CHAINED})
        forged.append(replace(changed, prev_hash=prev, hash=digest))
        prev = digest
    return forged


def test_a_chain_rewritten_together_with_its_case_is_found() -> None:
    original, forged = chain(3), rewritten(chain(3))
    row = replace(row_of(original), head_hash=forged[-1].hash)
    assert verify(row, forged) == Fault(3, REWRITTEN)
    assert verify(replace(row, head_seal=None), forged) == Fault(3, UNSEALED)
    assert verify(row_of(original), original) is None


def test_a_case_cut_back_to_what_it_was_is_found() -> None:
    original = chain(4)
    row = row_of(original)
    earlier = original[:2]
    cut_back = replace(row, version=2, head_hash=earlier[-1].hash)
    assert verify(cut_back, earlier) == Fault(2, REWRITTEN)


def test_a_status_set_by_hand_is_found() -> None:
    links = chain(3)
    assert verify(replace(row_of(links), status="concluded"), links) == Fault(3, CONTRADICTED)


@given(st.binary(max_size=60))
def test_what_is_no_seal_fits_nothing(given_seal: bytes) -> None:
    assert not fits(given_seal, CASE, 1, bytes(32))


def test_a_seal_fits_its_case_its_length_and_its_end_only() -> None:
    seal = seal_head(CASE, 3, b"end")
    assert fits(seal, CASE, 3, b"end")
    assert not fits(seal, UUID(int=8), 3, b"end")
    assert not fits(seal, CASE, 2, b"end")
    assert not fits(seal, CASE, 3, b"other")
    assert not fits(seal[:-1] + bytes([seal[-1] ^ 1]), CASE, 3, b"end")


def test_an_earlier_key_still_verifies_until_it_is_taken_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    links = chain(2)
    row = row_of(links)
    rotated = get_keys().sealing | {"t2": bytes(range(16))}
    keys = replace(get_keys(), current="t2", sealing=rotated)
    monkeypatch.setattr("tongban.cases.events.get_keys", lambda: keys)
    assert verify(row, links) is None
    assert row_of(links).head_seal != row.head_seal
    keys = replace(keys, sealing={"t2": rotated["t2"]})
    assert verify(row, links) == Fault(2, REWRITTEN)
    assert verify(row_of(links), links) is None
