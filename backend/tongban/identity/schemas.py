"""What crosses the API about accounts, sessions and the audit log."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints

from tongban.core.characters import LINE, LINES
from tongban.core.schemas import Flag, InputModel, OutputModel
from tongban.identity.roles import Permission, Role

Username = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,39}$", strip_whitespace=True)
]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=60), LINE]
_Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$"), LINE]
_Mobile = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 -]{5,20}$")]
_Password = Annotated[SecretStr, Field(max_length=256)]


class StaffRef(OutputModel):
    """Somebody named in passing."""

    username: str
    name: str


class SignInForm(InputModel):
    """The OAuth2 password form, and `totp` where the account has an authenticator."""

    username: Annotated[str, StringConstraints(max_length=256)]
    password: _Password
    totp: Annotated[str | None, StringConstraints(max_length=20)] = None
    grant_type: Literal["password"] | None = None
    scope: str = ""
    client_id: str | None = None
    client_secret: SecretStr | None = None


class TokenView(OutputModel):
    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    """Seconds."""


class PasswordChange(InputModel):
    current: _Password
    new: _Password


class TotpCode(InputModel):
    code: Annotated[str, StringConstraints(max_length=20)]


class TotpRemoval(TotpCode):
    password: _Password


class TotpSecret(OutputModel):
    """Shown once: the secret in base 32, and the same as `otpauth:` address for a QR code."""

    secret: str
    uri: str


class OrganisationName(OutputModel):
    code: str
    name: str


class GrantView(OutputModel):
    role: Role
    organisation: OrganisationName


class Me(OutputModel):
    username: str
    name: str
    organisation: OrganisationName
    grants: list[GrantView]
    permissions: list[Permission]
    reach: dict[Permission, list[str]]
    """Codes of the organisations at and below which each permission is held."""
    totp_enrolled: bool
    time_zone: str
    """IANA name of the zone whose days and office hours count."""


class StaffRow(OutputModel):
    username: str
    name: str
    organisation: OrganisationName
    grants: list[GrantView]
    active: bool
    locked_until: datetime | None
    totp_enrolled: bool
    must_change_password: bool
    last_sign_in_at: datetime | None


class StaffView(StaffRow):
    email: str | None
    mobile: str | None


class StaffPage(OutputModel):
    items: list[StaffRow]
    next_cursor: str | None


class NewStaff(InputModel):
    username: Username
    name: _Name
    organisation_code: Annotated[str, StringConstraints(max_length=40), LINE]
    email: _Email | None = None
    mobile: _Mobile | None = None


class NewStaffView(OutputModel):
    """The account and its first password, shown this once."""

    staff: StaffView
    one_time_password: str


class StaffChange(InputModel):
    """Only what is sent is changed; `null` removes an address or number."""

    name: _Name | None = None
    organisation_code: Annotated[str, StringConstraints(max_length=40), LINE] | None = None
    active: Flag | None = None
    email: _Email | None = None
    mobile: _Mobile | None = None


class GrantInput(InputModel):
    role: Role
    organisation_code: Annotated[str, StringConstraints(max_length=40), LINE]


class GrantsInput(InputModel):
    """All the roles that the account is to hold from now on."""

    grants: Annotated[list[GrantInput], Field(max_length=100)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200), LINES] | None = None


class OneTimePassword(OutputModel):
    one_time_password: str


class AuditLine(OutputModel):
    id: int
    at: datetime
    username: str
    action: str
    subject: str
    reason: str | None
    details: dict[str, Any]
    request_id: str
    ip: str


class AuditPage(OutputModel):
    items: list[AuditLine]
    next_cursor: str | None
