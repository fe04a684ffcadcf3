"""Every table, for alembic: importing this module fills `Base.metadata`."""

from tongban.cases import models as cases
from tongban.core.db import Base
from tongban.deadlines import models as deadlines
from tongban.devices import models as devices
from tongban.evaluations import models as evaluations
from tongban.files import models as files
from tongban.identity import models as identity
from tongban.matters import models as matters
from tongban.organisations import models as organisations

__all__ = [
    "Base",
    "cases",
    "deadlines",
    "devices",
    "evaluations",
    "files",
    "identity",
    "matters",
    "organisations",
]
