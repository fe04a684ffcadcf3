"""Who may change what of the catalogue: one definition serves the whole district (四统一), so
only an editor of the district changes it; a street's editor says what is offered below it."""

from tongban.identity.actor import Actor
from tongban.identity.policy import demand_district, reaches
from tongban.identity.roles import Permission
from tongban.organisations.tree import Tree, Unit


def demand_editor(tree: Tree, actor: Actor) -> None:
    """Raise `Forbidden` unless the actor edits the catalogue for a district."""
    demand_district(tree, actor, Permission.CATALOGUE_EDIT)


def may_offer(tree: Tree, actor: Actor, unit: Unit) -> bool:
    """Whether the actor says what is offered at `unit`."""
    return reaches(tree, actor, Permission.CATALOGUE_EDIT, unit)
