"""Every table, for alembic: importing this module fills `Base.metadata`."""

from tongban.core.db import Base

__all__ = ["Base"]
