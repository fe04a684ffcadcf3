"""Who is asking. Domains receive an `Actor`; how it was proved is `identity.service`'s matter."""

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from tongban.identity.roles import PERMISSIONS, Permission, Role


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at an organisation."""

    role: Role
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, for the audit log."""

    request_id: str = ""
    ip: str = ""


@dataclass(frozen=True)
class Actor:
    """A signed-in member of staff."""

    staff_id: int
    username: str
    name: str
    organisation_id: int
    """Where the person belongs; grants may lie elsewhere."""
    grants: tuple[Grant, ...]
    session_id: UUID | None = field(default=None, compare=False)
    origin: Origin = field(default_factory=Origin, compare=False)

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return frozenset().union(*(PERMISSIONS[grant.role] for grant in self.grants))

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions

    def organisations(self, permission: Permission) -> frozenset[int]:
        """The organisations at which this permission is held (descendants not unfolded)."""
        return frozenset(
            grant.organisation_id for grant in self.grants if permission in PERMISSIONS[grant.role]
        )

    def roles_at(self, role: Role) -> frozenset[int]:
        """The organisations at which this role is held."""
        return frozenset(g.organisation_id for g in self.grants if g.role is role)
