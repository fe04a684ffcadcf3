"""How far an administrator reaches."""

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from tongban.core.problems import Forbidden
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.organisations.models import Organisation
from tongban.organisations.tree import Kind, Tree, Unit

_ADMINISTRATION = (Permission.ACCOUNTS_EDIT, Permission.ROLES_GRANT)


def reaches(tree: Tree, actor: Actor, permission: Permission, unit: Unit) -> bool:
    """Whether `unit` lies in the subtree of an organisation where the permission is held."""
    held = actor.organisations(permission)
    return unit.id in held or any(above.id in held for above in tree.ancestors(unit))


def demand(tree: Tree, actor: Actor, permission: Permission, unit: Unit) -> None:
    """Raise `Forbidden` unless the actor reaches `unit`."""
    if not reaches(tree, actor, permission, unit):
        raise Forbidden


def demand_district(tree: Tree, actor: Actor, permission: Permission) -> None:
    """Raise `Forbidden` unless the permission is held for a whole district: what all its streets
    share is not one street's to change."""
    held = (tree.get(unit) for unit in actor.organisations(permission))
    if not any(unit is not None and unit.kind is Kind.DISTRICT for unit in held):
        raise Forbidden


def administers(tree: Tree, actor: Actor, unit: Unit) -> bool:
    """Whether the actor keeps accounts of `unit`, in either of the two ways."""
    return any(reaches(tree, actor, permission, unit) for permission in _ADMINISTRATION)


def within_reach(actor: Actor, *permissions: Permission) -> Select[int]:
    """Ids of all organisations in the subtrees where one of the permissions is held."""
    held = frozenset().union(*(actor.organisations(permission) for permission in permissions))
    top = aliased(Organisation)
    below = Organisation.path.op("<@", is_comparison=True)(top.path)
    return select(Organisation.id).join(top, below).where(top.id.in_(held))


def administered(actor: Actor) -> Select[int]:
    """Ids of all organisations whose accounts the actor keeps."""
    return within_reach(actor, *_ADMINISTRATION)
