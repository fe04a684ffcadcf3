"""Identifiers: UUID version 7 (RFC 9562), so that rows written together lie together."""

import secrets
from uuid import UUID

import uuid_utils

# No 0 O 1 I L: a query code is read from paper and over the telephone.
_READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_id() -> UUID:
    return UUID(int=uuid_utils.uuid7().int)


def readable_code(length: int = 8) -> str:
    return "".join(secrets.choice(_READABLE) for _ in range(length))
