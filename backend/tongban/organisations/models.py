"""The organisation tree's tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from tongban.core.db import Base


class Ltree(UserDefinedType[str]):
    """PostgreSQL's `ltree`: a path of labels, here the codes from the district down."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "LTREE"


ischema_names["ltree"] = Ltree


class Organisation(Base):
    """A node of the tree. `code` is the public key, `id` the one inside the database."""

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('district', 'street', 'community', 'bureau', 'section', 'hall', 'window')",
            name="kind",
        ),
        CheckConstraint("(parent_id IS NULL) = (kind = 'district')", name="only_district_is_root"),
        Index("ix_organisations_path", "path", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    full_name: Mapped[str]
    office_name: Mapped[str]
    """How the office signs its papers: 德胜街道办事处."""
    address: Mapped[str] = mapped_column(server_default=text("''"))
    telephone: Mapped[str] = mapped_column(server_default=text("''"))
    opening_hours: Mapped[str] = mapped_column(server_default=text("''"))
    """How to reach it, as papers and guides say it; empty where that is the body's above."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    path: Mapped[str] = mapped_column(Ltree)
    sort_order: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """What only some kinds have: a section's categories and guiding bureau, a bureau's duty."""
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=text("now()")
    )


class TreeRevision(Base):
    """One row whose value changes with every change of the tree.

    A random value, not a counter: a counter that a rolled-back transaction had raised would
    come again with other content, and caches would take the one for the other.
    """

    __tablename__ = "tree_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
