"""Who may call what: every operation of the application stands here once.

A new operation makes `test_access.py` fail until somebody has decided what it asks for and
written it down here, where a reviewer sees it.
"""

from enum import Enum

from tongban.identity.roles import Permission


class Access(Enum):
    """What an operation asks for where it is not a permission."""

    PUBLIC = "no sign-in"
    SIGNED_IN = "any account"
    OWN_PROOF = "a cookie, a limited token or a signature of its own; refused without"


PUBLIC, SIGNED_IN, OWN_PROOF = Access
Rule = Access | frozenset[Permission]


def any_of(*permissions: Permission) -> Rule:
    return frozenset(permissions)


_IDENTITY: dict[str, Rule] = {
    "POST /api/v1/auth/token": PUBLIC,
    "POST /api/v1/auth/refresh": OWN_PROOF,
    "POST /api/v1/auth/password": OWN_PROOF,
    "POST /api/v1/auth/totp/enrol": OWN_PROOF,
    "POST /api/v1/auth/totp/confirm": OWN_PROOF,
    "POST /api/v1/auth/totp/disable": SIGNED_IN,
    "POST /api/v1/auth/sign-out": SIGNED_IN,
    "POST /api/v1/auth/sign-out-everywhere": SIGNED_IN,
    "GET /api/v1/auth/me": SIGNED_IN,
    "GET /api/v1/staff": any_of(Permission.ACCOUNTS_EDIT, Permission.ROLES_GRANT),
    "POST /api/v1/staff": any_of(Permission.ACCOUNTS_EDIT),
    "GET /api/v1/staff/{username}": any_of(Permission.ACCOUNTS_EDIT, Permission.ROLES_GRANT),
    "PATCH /api/v1/staff/{username}": any_of(Permission.ACCOUNTS_EDIT),
    "PUT /api/v1/staff/{username}/grants": any_of(Permission.ROLES_GRANT),
    "POST /api/v1/staff/{username}/reset-password": any_of(Permission.ACCOUNTS_EDIT),
    "POST /api/v1/staff/{username}/unlock": any_of(Permission.ACCOUNTS_EDIT),
    "POST /api/v1/staff/{username}/reset-totp": any_of(Permission.ROLES_GRANT),
    "GET /api/v1/audit": any_of(Permission.AUDIT_READ),
}

_ORGANISATIONS: dict[str, Rule] = {
    "GET /api/v1/organisations": SIGNED_IN,
    "GET /api/v1/organisations/{code}": SIGNED_IN,
    "POST /api/v1/organisations": any_of(Permission.ORGANISATIONS_EDIT),
    "PATCH /api/v1/organisations/{code}": any_of(Permission.ORGANISATIONS_EDIT),
    "GET /api/v1/organisations/{code}/use": any_of(Permission.ORGANISATIONS_EDIT),
}

_FILES: dict[str, Rule] = {
    "POST /api/v1/files": SIGNED_IN,
    "GET /api/v1/files/{file_id}": SIGNED_IN,
}

_CALENDAR: dict[str, Rule] = {
    "GET /api/v1/calendar": SIGNED_IN,
    "GET /api/v1/calendar/{year}": SIGNED_IN,
    "PUT /api/v1/calendar/{year}": any_of(Permission.CALENDAR_EDIT),
}

# What may be done to one case is the case's own matter (`allowed_actions`): reading is only the
# door.
_CASES: dict[str, Rule] = {
    "POST /api/v1/cases": any_of(Permission.CASES_CREATE),
    "GET /api/v1/cases": any_of(Permission.CASES_READ),
    "GET /api/v1/cases/count": any_of(Permission.CASES_READ),
    "GET /api/v1/cases.xlsx": any_of(Permission.CASES_READ),
    "GET /api/v1/cases/{number}": any_of(Permission.CASES_READ),
    "PATCH /api/v1/cases/{number}": any_of(Permission.CASES_READ),
    "DELETE /api/v1/cases/{number}": any_of(Permission.CASES_CREATE),
    "POST /api/v1/cases/{number}/actions": any_of(Permission.CASES_READ),
    "GET /api/v1/cases/{number}/events": any_of(Permission.CASES_READ),
    "PATCH /api/v1/cases/{number}/materials/{key}": any_of(Permission.CASES_READ),
    "POST /api/v1/cases/{number}/materials/{key}/reuse": any_of(Permission.CASES_CREATE),
    "GET /api/v1/cases/{number}/files/{file_id}": any_of(Permission.CASES_READ),
    "POST /api/v1/cases/{number}/reveal": any_of(Permission.PERSONAL_REVEAL),
    "GET /api/v1/cases/{number}/receipt": any_of(Permission.CASES_READ),
    "GET /api/v1/cases/{number}/notice": any_of(Permission.CASES_READ),
    "GET /api/v1/cases/{number}/conclusion": any_of(Permission.CASES_READ),
    "GET /api/v1/cases/{number}/handover": any_of(Permission.CASES_READ),
    "GET /api/v1/cases/{number}/archive": any_of(Permission.CASES_READ),
    "POST /api/v1/persons/search": any_of(Permission.CASES_READ),
    "GET /api/v1/tasks": any_of(Permission.CASES_READ),
    "GET /api/v1/handovers": any_of(Permission.CASES_READ),
    "GET /api/v1/alarms": any_of(Permission.CASES_REASSIGN),
    "GET /api/v1/holders": any_of(Permission.CASES_REASSIGN),
    "GET /api/v1/tasks/{task_id}/units": any_of(Permission.CASES_READ),
    "GET /api/v1/tasks/{task_id}/takers": any_of(Permission.CASES_READ),
    "GET /api/v1/staff/{username}/takers": any_of(Permission.CASES_REASSIGN),
    "POST /api/v1/staff/{username}/hand-over": any_of(Permission.CASES_REASSIGN),
    "GET /api/v1/ledger": any_of(Permission.LEDGER_READ),
    "GET /api/v1/ledger.xlsx": any_of(Permission.LEDGER_READ),
}

# Whose archive, the grant decides; the approver must be somebody else than the proposer.
_KEEPING = any_of(
    Permission.ARCHIVES_EXPORT, Permission.ARCHIVES_DISPOSE, Permission.ARCHIVES_APPROVE
)
_ARCHIVES: dict[str, Rule] = {
    "GET /api/v1/archives": _KEEPING,
    "POST /api/v1/archives/export": any_of(Permission.ARCHIVES_EXPORT),
    "GET /api/v1/disposals": _KEEPING,
    "POST /api/v1/disposals": any_of(Permission.ARCHIVES_DISPOSE),
    "GET /api/v1/disposals/{disposal_id}": _KEEPING,
    "GET /api/v1/disposals/{disposal_id}/register.xlsx": _KEEPING,
    "POST /api/v1/disposals/{disposal_id}/decision": any_of(Permission.ARCHIVES_APPROVE),
}

# A street's editor edits only what is offered below it; the district's edit the rest.
_MATTERS: dict[str, Rule] = {
    "GET /api/v1/matters": any_of(Permission.CATALOGUE_READ),
    "GET /api/v1/matters/{code}": any_of(Permission.CATALOGUE_READ),
    "GET /api/v1/matters/{code}/versions": any_of(Permission.CATALOGUE_READ),
    "GET /api/v1/matters/{code}/versions/{number}": any_of(Permission.CATALOGUE_READ),
    "GET /api/v1/matters/{code}/route-preview": any_of(Permission.CATALOGUE_READ),
    "GET /api/v1/matters/{code}/compare": any_of(Permission.CATALOGUE_READ),
    "GET /api/v1/matters/{code}/draft": any_of(Permission.CATALOGUE_READ),
    "GET /api/v1/matters/{code}/offerings": any_of(Permission.CATALOGUE_READ),
    "GET /api/v1/matters/export": any_of(Permission.CATALOGUE_READ),
    "POST /api/v1/matters/{code}/draft/check": any_of(Permission.CATALOGUE_READ),
    "POST /api/v1/matters": any_of(Permission.CATALOGUE_EDIT),
    "POST /api/v1/matters/import": any_of(Permission.CATALOGUE_EDIT),
    "POST /api/v1/matters/{code}/draft": any_of(Permission.CATALOGUE_EDIT),
    "PUT /api/v1/matters/{code}/draft": any_of(Permission.CATALOGUE_EDIT),
    "DELETE /api/v1/matters/{code}/draft": any_of(Permission.CATALOGUE_EDIT),
    "POST /api/v1/matters/{code}/publish": any_of(Permission.CATALOGUE_EDIT),
    "POST /api/v1/matters/{code}/retire": any_of(Permission.CATALOGUE_EDIT),
    "POST /api/v1/matters/{code}/reactivate": any_of(Permission.CATALOGUE_EDIT),
    "PUT /api/v1/matters/{code}/offerings": any_of(Permission.CATALOGUE_EDIT),
}

# Which window, the seat decides; a command is only its asker's.
_DEVICES: dict[str, Rule] = {
    "POST /api/v1/devices/pairing-codes": any_of(
        Permission.CASES_CREATE, Permission.ORGANISATIONS_EDIT
    ),
    "POST /api/v1/devices/bridges": OWN_PROOF,
    "GET /api/v1/devices/bridges": any_of(Permission.CASES_CREATE, Permission.ORGANISATIONS_EDIT),
    "DELETE /api/v1/devices/bridges/{bridge_id}": any_of(
        Permission.CASES_CREATE, Permission.ORGANISATIONS_EDIT
    ),
    "GET /api/v1/devices/windows": any_of(Permission.CASES_CREATE),
    "GET /api/v1/devices/windows/{code}/events": any_of(Permission.CASES_CREATE),
    "POST /api/v1/devices/windows/{code}/commands": any_of(Permission.CASES_CREATE),
    "GET /api/v1/devices/commands/{command_id}": any_of(Permission.CASES_CREATE),
    "POST /api/v1/devices/commands/{command_id}/cancel": any_of(Permission.CASES_CREATE),
    "GET /api/v1/devices/commands/{command_id}/document": OWN_PROOF,
    "POST /api/v1/devices/deliveries": OWN_PROOF,
    "POST /api/v1/devices/files": OWN_PROOF,
    "GET /api/v1/cases/{number}/evaluation": any_of(Permission.CASES_CREATE),
}

ACCESS: dict[str, Rule] = (
    _IDENTITY | _ORGANISATIONS | _FILES | _CALENDAR | _MATTERS | _CASES | _ARCHIVES | _DEVICES
)
