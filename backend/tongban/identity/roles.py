"""Roles, what each may do, and whom a grant lets somebody act for."""

from enum import StrEnum


class Role(StrEnum):
    """A role is always held at an organisation."""

    CLERK = "clerk"
    PRE_REVIEWER = "pre_reviewer"
    REVIEWER = "reviewer"
    AGENT_RUNNER = "agent_runner"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    CONTENT_EDITOR = "content_editor"
    CATALOGUE_EDITOR = "catalogue_editor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    ARCHIVIST = "archivist"


class Permission(StrEnum):
    """What an operation asks for; routes name permissions, never roles."""

    CASES_CREATE = "cases.create"
    CASES_WORK = "cases.work"
    CASES_READ = "cases.read"
    CASES_QUERY_WIDE = "cases.query_wide"
    """Comprehensive query (综合查询): everything below the body at which the grant is held."""
    CASES_REASSIGN = "cases.reassign"
    PERSONAL_REVEAL = "personal.reveal"
    LEDGER_READ = "ledger.read"
    CATALOGUE_READ = "catalogue.read"
    CATALOGUE_EDIT = "catalogue.edit"
    CALENDAR_EDIT = "calendar.edit"
    ORGANISATIONS_EDIT = "organisations.edit"
    ACCOUNTS_EDIT = "accounts.edit"
    """Create accounts, unlock them, reset passwords."""
    ROLES_GRANT = "roles.grant"
    """Give and take roles: kept apart from making accounts."""
    AUDIT_READ = "audit.read"
    ARCHIVES_EXPORT = "archives.export"
    """Hand archived cases on to an archive, unmasked."""
    ARCHIVES_DISPOSE = "archives.dispose"
    """Propose what is destroyed at the end of its retention."""
    ARCHIVES_APPROVE = "archives.approve"
    """Decide on such a proposal of somebody else."""


_HANDLING = {
    Permission.CASES_WORK,
    Permission.CASES_READ,
    Permission.PERSONAL_REVEAL,
    Permission.LEDGER_READ,
    Permission.CATALOGUE_READ,
}
_WATCHING = {
    Permission.CASES_READ,
    Permission.CASES_QUERY_WIDE,
    Permission.LEDGER_READ,
    Permission.CATALOGUE_READ,
}

# System, security and audit administrators are three people (等保 level 3): none of them
# can make an account, give it a role and read the trail of having done so.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(_HANDLING | {Permission.CASES_CREATE}),
    Role.PRE_REVIEWER: frozenset(_HANDLING),
    Role.REVIEWER: frozenset(_HANDLING),
    Role.AGENT_RUNNER: frozenset(_HANDLING),
    Role.SUPERVISOR: frozenset(_WATCHING | {Permission.PERSONAL_REVEAL, Permission.CASES_REASSIGN}),
    Role.LEADER: frozenset(_WATCHING | {Permission.ARCHIVES_APPROVE}),
    Role.CONTENT_EDITOR: frozenset({Permission.CATALOGUE_READ}),
    Role.CATALOGUE_EDITOR: frozenset({Permission.CATALOGUE_READ, Permission.CATALOGUE_EDIT}),
    Role.SYSTEM_ADMIN: frozenset(
        {
            Permission.ACCOUNTS_EDIT,
            Permission.ORGANISATIONS_EDIT,
            Permission.CALENDAR_EDIT,
            Permission.CATALOGUE_READ,
        }
    ),
    Role.SECURITY_ADMIN: frozenset({Permission.ROLES_GRANT, Permission.CATALOGUE_READ}),
    Role.AUDIT_ADMIN: frozenset({Permission.AUDIT_READ, Permission.CATALOGUE_READ}),
    Role.ARCHIVIST: frozenset(
        {Permission.ARCHIVES_EXPORT, Permission.ARCHIVES_DISPOSE, Permission.CATALOGUE_READ}
    ),
}
