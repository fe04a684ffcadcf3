"""Splits what a case says of people into a masked part, kept in the case, and a sealed part.

The whole of it is one document `{applicant, agent, form}`; the sealed part maps JSON pointers
into it to the real values. A masked value that comes back in an edit stands for the stored one.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tongban.core.privacy import (
    blind_index,
    is_masked,
    mask_address,
    mask_number,
    seal,
    unseal,
)
from tongban.core.problems import FieldError
from tongban.core.texts import Text

_MASKS: dict[str, Callable[[str], str]] = {
    "id_number": mask_number,
    "mobile": mask_number,
    "address": mask_address,
}
PEOPLE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("applicant", "id_number"), "id_number"),
    (("applicant", "mobile"), "mobile"),
    (("applicant", "address"), "address"),
    (("agent", "id_number"), "id_number"),
    (("agent", "mobile"), "mobile"),
)
"""Paths in front of the matter's own sensitive form fields: path, type."""

Secrets = dict[str, str]
SensitiveField = tuple[tuple[str, ...], str]
"""`(("form", "members", "*", "id_number"), "id_number")`; `*` stands for every item of a list."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """`document` is masked and safe to show; `secrets` go to `case_personal`."""

    document: dict[str, Any]
    secrets: Secrets


def _places(document: Any, path: tuple[str, ...], at: str = "") -> Iterable[tuple[str, Any, Any]]:
    """Every place that `path` names: pointer, container, key."""
    if not path or document is None:
        return
    head, rest = path[0], path[1:]
    if head == "*":
        items = enumerate(document) if isinstance(document, list) else ()
        for index, item in items:
            yield from _places(item, rest, f"{at}/{index}")
    elif isinstance(document, dict) and head in document:
        if rest:
            yield from _places(document[head], rest, f"{at}/{head}")
        else:
            yield f"{at}/{head}", document, head


def sensitive_places(
    document: dict[str, Any], fields: Iterable[SensitiveField]
) -> Iterable[tuple[str, dict[str, Any], str, str]]:
    """Pointer, container, key and type of every filled-in sensitive value."""
    for path, kind in (*PEOPLE, *fields):
        for pointer, container, key in _places(document, path):
            if isinstance(container[key], str) and container[key]:
                yield pointer, container, key, kind


def split(document: dict[str, Any], fields: Iterable[SensitiveField]) -> Sealed:
    """Mask a document that holds real values only."""
    masked = deepcopy(document)
    secrets: Secrets = {}
    for pointer, container, key, kind in sensitive_places(masked, fields):
        secrets[pointer] = container[key]
        container[key] = _MASKS[kind](container[key])
    return Sealed(masked, secrets)


def restore(document: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    """The document with the real values in their places."""
    real = deepcopy(document)
    for pointer, value in secrets.items():
        *path, last = pointer.strip("/").split("/")
        place: Any = real
        for part in path:
            place = place[int(part)] if isinstance(place, list) else place[part]
        place[last] = value
    return real


def unmask(
    document: dict[str, Any], fields: Iterable[SensitiveField], stored: Secrets
) -> tuple[dict[str, Any], list[FieldError]]:
    """Put stored values where the document has their masks: a mask never overwrites a value.

    The value of the same place comes first; in a list whose rows have moved, the one stored
    value of that column that has this mask: an applicant's number never becomes an agent's. A
    mask that stands for no value, or for two, is an error.
    """
    real = deepcopy(document)
    errors = []
    for pointer, container, key, kind in sensitive_places(real, fields):
        value = container[key]
        if not is_masked(value):
            continue
        mask = _MASKS[kind]
        same = stored.get(pointer)
        column = _column(pointer)
        candidates = {v for p, v in stored.items() if _column(p) == column and mask(v) == value}
        if same is not None and mask(same) == value:
            container[key] = same
        elif len(candidates) == 1:
            container[key] = candidates.pop()
        else:
            errors.append(FieldError(pointer, "masked_value", MASKED))
    return real, errors


def _column(pointer: str) -> tuple[str, ...]:
    """A place without the numbers of its rows."""
    return tuple("*" if part.isdigit() else part for part in pointer.split("/"))


MASKED = Text(
    "这里是打码后的内容，请重新填写完整", "This is a masked value; enter it in full again"
)


def _place(case_id: UUID) -> str:
    return f"case_personal.sealed:{case_id}"


def personal_row(case_id: UUID, secrets: Secrets) -> dict[str, Any]:
    """The row of `case_personal`: the sealed values and the blind indexes to find them by."""

    def index(kind: str, pointer: str) -> bytes | None:
        return blind_index(kind, secrets[pointer]) if pointer in secrets else None

    return {
        "case_id": case_id,
        "sealed": seal(secrets, _place(case_id)),
        "id_index": index("id_number", "/applicant/id_number"),
        "mobile_index": index("mobile", "/applicant/mobile"),
        "agent_index": index("id_number", "/agent/id_number"),
    }


def open_secrets(case_id: UUID, sealed: bytes) -> Secrets:
    """The real values of a case. Raises `Tampered` where the row was changed or moved."""
    secrets: Secrets = unseal(sealed, _place(case_id))
    return secrets
