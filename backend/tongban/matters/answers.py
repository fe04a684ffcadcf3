"""What the API says about the catalogue."""

from datetime import datetime
from typing import Any, Literal

from tongban.core.schemas import OutputModel
from tongban.identity.schemas import StaffRef
from tongban.matters.schemas import Content
from tongban.organisations.schemas import OrganisationRef


class MatterRow(OutputModel):
    """A line of the catalogue. `version` is 0 where nothing has been published yet."""

    code: str
    name: str
    level: str
    category: str
    handling: str
    case_kind: str
    promised_days: int
    cross_handling_scope: str
    online_pre_review: bool
    status: str
    version: int
    has_draft: bool


class MatterPage(OutputModel):
    items: list[MatterRow]
    next_cursor: str | None


class MatterOut(OutputModel):
    """One matter with the content of its published version, or of its draft where it has none."""

    code: str
    status: str
    version: int
    state: str
    published_at: datetime | None
    has_draft: bool
    content: Content


class VersionRow(OutputModel):
    """A version that is or was in force."""

    number: int
    state: Literal["published", "superseded"]
    note: str
    published_at: datetime | None
    published_by: StaffRef | None


class VersionOut(VersionRow):
    content: Content


class DraftOut(OutputModel):
    """The draft beside the live version. `revision` is what If-Match asks for; `base` is the
    version that it was begun from, 0 for a matter that never was published."""

    code: str
    revision: int
    base: int
    changed_at: datetime
    changed_by: StaffRef | None
    content: Content


class Change(OutputModel):
    """A difference between two versions: where, and the values before and after."""

    pointer: str
    label: str
    before: Any
    after: Any


class Comparison(OutputModel):
    """`before` and `after` are version numbers, or `draft`."""

    code: str
    before: str
    after: str
    changes: list[Change]


class ImportLine(OutputModel):
    """What an import makes of one matter; `changes` are readable, one a field. `retired`: the
    matter is out of service and stays so, whatever version is published."""

    code: str
    name: str
    outcome: Literal["new", "changed", "unchanged"]
    retired: bool
    changes: list[Change]


class ImportReport(OutputModel):
    matters: list[ImportLine]
    new: int
    changed: int
    unchanged: int


class OfferingOut(OutputModel):
    """An exception to being offered everywhere in scope. `editable` by who asks."""

    organisation: OrganisationRef
    offered: bool
    note: str
    editable: bool


class Offerings(OutputModel):
    items: list[OfferingOut]
