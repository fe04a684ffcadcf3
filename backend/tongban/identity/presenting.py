"""Accounts as the API shows them."""

from collections.abc import Iterable

from tongban.core.privacy import seal, unseal
from tongban.identity.actor import Grant
from tongban.identity.models import Staff
from tongban.identity.roles import Role
from tongban.identity.schemas import GrantView, OrganisationName, StaffRow, StaffView
from tongban.organisations.tree import Tree


def organisation_name(tree: Tree, organisation_id: int) -> OrganisationName:
    unit = tree[organisation_id]
    return OrganisationName(code=unit.code, name=tree.name_with_body(unit, gap=" "))


def grant_views(tree: Tree, grants: Iterable[Grant]) -> list[GrantView]:
    views = [
        GrantView(role=grant.role, organisation=organisation_name(tree, grant.organisation_id))
        for grant in grants
    ]
    return sorted(views, key=lambda view: (view.organisation.code, list(Role).index(view.role)))


def staff_row(tree: Tree, staff: Staff, grants: Iterable[Grant]) -> StaffRow:
    return StaffRow(
        username=staff.username,
        name=staff.name,
        organisation=organisation_name(tree, staff.organisation_id),
        grants=grant_views(tree, grants),
        active=staff.active,
        locked_until=staff.locked_until,
        totp_enrolled=staff.totp_confirmed,
        must_change_password=staff.must_change_password,
        last_sign_in_at=staff.last_sign_in_at,
    )


def staff_view(tree: Tree, staff: Staff, grants: Iterable[Grant]) -> StaffView:
    row = staff_row(tree, staff, grants)
    contact = open_contact(staff)
    return StaffView(**dict(row), email=contact.get("email"), mobile=contact.get("mobile"))


def open_contact(staff: Staff) -> dict[str, str]:
    """`{email?, mobile?}`."""
    contact: dict[str, str] = {}
    if staff.contact is not None:
        contact = unseal(staff.contact, f"staff.contact:{staff.username}")
    return contact


def seal_contact(staff: Staff, contact: dict[str, str]) -> None:
    staff.contact = seal(contact, f"staff.contact:{staff.username}") if contact else None
