"""The history of a case: append-only, each event chained to the one before by SM3.

`hash = SM3(prev_hash ‖ canonical(event))`, where `canonical` is the JSON array of the fields in
`CHAINED`, keys sorted, no spaces. The first event's `prev_hash` is SM3 of the case's id, so
that a chain cannot be moved to another case. All of it is in `GET …/events`: whoever holds a
copy can check it without us.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from tongban.cases.models import Case
from tongban.core.privacy import sm3
from tongban.identity.actor import Actor
from tongban.organisations.tree import Tree

CHAINED = (
    "seq",
    "at",
    "event",
    "actor",
    "organisation",
    "from_status",
    "to_status",
    "step_key",
    "comment",
    "details",
)


class Link(Protocol):
    """An event as stored or as answered by the API."""

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
    prev_hash: bytes
    hash: bytes


def first_link(case_id: UUID) -> bytes:
    return sm3(case_id.bytes)


def link_hash(prev_hash: bytes, fields: dict[str, Any]) -> bytes:
    content = {**fields, "at": fields["at"].astimezone(UTC).isoformat(timespec="microseconds")}
    canonical = orjson.dumps([content[name] for name in CHAINED], option=orjson.OPT_SORT_KEYS)
    return sm3(prev_hash, canonical)


def verify(case_id: UUID, version: int, head: bytes, links: Iterable[Link]) -> int | None:
    """The sequence number at which the chain breaks, or None where it is whole.

    `version` and `head` are what the case's row says: a chain cut off at its end breaks too.
    """
    prev, expected = first_link(case_id), 1
    for link in links:
        fields = {name: getattr(link, name) for name in CHAINED}
        if link.seq != expected or link.prev_hash != prev or link.hash != link_hash(prev, fields):
            return expected
        prev, expected = link.hash, expected + 1
    return None if (version, head) == (expected - 1, prev) else expected


def chain(
    case: Case,
    event: str,
    *,
    actor: Actor | None,
    tree: Tree,
    at: datetime,
    from_status: str | None,
    step_key: str | None = None,
    comment: str = "",
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The next event's row; moves the case's version and head along.

    `details` must hold JSON of text, whole numbers and booleans only, and no personal data.
    """
    fields: dict[str, Any] = {
        "seq": case.version + 1,
        "at": at,
        "event": event,
        "actor": actor.username if actor else None,
        "organisation": tree[actor.organisation_id].code if actor else None,
        "from_status": from_status,
        "to_status": case.status,
        "step_key": step_key,
        "comment": comment,
        "details": details or {},
    }
    prev_hash = case.head_hash
    case.version = fields["seq"]
    case.head_hash = link_hash(prev_hash, fields)
    return {
        **fields,
        "month": case.month,
        "case_id": case.id,
        "actor_name": actor.name if actor else "",
        "prev_hash": prev_hash,
        "hash": case.head_hash,
    }
