"""The history of a case: append-only, each event chained to the one before by SM3.

`hash = SM3(prev_hash ‖ canonical(event))`, where `canonical` is the JSON array of the fields in
`CHAINED`, keys sorted, no spaces. The first event's `prev_hash` is SM3 of the case's id, so
that a chain cannot be moved to another case. All of it is in `GET …/events`: whoever holds a
copy can check it without us.

Anybody can compute such a chain, so who writes the tables by hand could write another one. The
case's row therefore holds a seal of the chain's end, made with a key that the database does not
have: at every moment exactly one history of a case is ours.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from tongban.cases.models import Case
from tongban.core.privacy import get_keys, sm3
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


_PURPOSE = b"tongban-history/1"
"""What tells the key of these seals from the key of sealed columns that it is derived from."""


def seal_head(case_id: UUID, version: int, head: bytes, key_id: str | None = None) -> bytes:
    """Seal the end of a case's chain: length of the key id (1), key id, HMAC-SHA256 (32).

    With the current key, unless `key_id` names an earlier one. Raises `KeyError` for one that is
    not configured.
    """
    keys = get_keys()
    named = keys.current if key_id is None else key_id
    key = hmac.digest(keys.sealing[named], _PURPOSE, "sha256")
    mac = hmac.digest(key, case_id.bytes + version.to_bytes(4, "big") + head, "sha256")
    label = named.encode()
    return bytes([len(label)]) + label + mac


def fits(seal: bytes, case_id: UUID, version: int, head: bytes) -> bool:
    """Whether this is the seal of this end of the chain, under any configured key."""
    try:
        key_id = seal[1 : 1 + seal[0]].decode()
        return hmac.compare_digest(seal, seal_head(case_id, version, head, key_id))
    except (IndexError, KeyError, UnicodeDecodeError):
        return False


class Row(Protocol):
    """What the case's own row says of its history."""

    id: UUID
    status: str
    version: int
    head_hash: bytes
    head_seal: bytes | None


@dataclass(frozen=True, slots=True)
class Fault:
    """A history that is not what the platform wrote."""

    seq: int
    """The first event that is known to be wrong or missing."""
    what: str


DISPOSED = "disposed"
"""The event that takes the words of all earlier ones with it: see `archives.disposals`."""
UNSEALED = "never sealed"
BROKEN = "edited, removed or cut off"
CONTRADICTED = "the case's status is not what its history says"
REWRITTEN = "history and case were rewritten together: the seal is not ours"


def verify(case: Row, links: Iterable[Link]) -> Fault | None:
    """What is wrong with a case's history, oldest event first; None where it is whole.

    The case's row says how long the chain is, where it ends, and that this end is ours. Where it
    ends in a disposal, the words of the events before are gone and only their hashes are there.
    """
    links = list(links)
    redacted = len(links) - 1 if links and links[-1].event == DISPOSED else 0
    prev, expected, status = first_link(case.id), 1, ""
    for link in links:
        if link.seq != expected or link.prev_hash != prev:
            return Fault(expected, BROKEN)
        fields = {name: getattr(link, name) for name in CHAINED}
        if link.seq > redacted and link.hash != link_hash(prev, fields):
            return Fault(expected, BROKEN)
        prev, expected, status = link.hash, expected + 1, link.to_status
    if (case.version, case.head_hash) != (expected - 1, prev):
        return Fault(expected, BROKEN)
    if case.head_seal is None:
        return Fault(case.version, UNSEALED)
    if not fits(case.head_seal, case.id, case.version, case.head_hash):
        return Fault(case.version, REWRITTEN)
    return None if case.status == status else Fault(case.version, CONTRADICTED)


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
    """The next event's row; moves the case's version, head and seal along.

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
    case.head_seal = seal_head(case.id, case.version, case.head_hash)
    return {
        **fields,
        "month": case.month,
        "case_id": case.id,
        "actor_name": actor.name if actor else "",
        "prev_hash": prev_hash,
        "hash": case.head_hash,
    }
