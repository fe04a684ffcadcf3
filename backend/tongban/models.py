"""Every table, for alembic: importing this module fills `Base.metadata`."""

from tongban.core.db import Base
from tongban.files import models as files
from tongban.identity import models as identity
from tongban.organisations import models as organisations

__all__ = ["Base", "files", "identity", "organisations"]
