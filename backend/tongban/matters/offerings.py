"""Where a matter is not offered although its scope would allow it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core.problems import FieldError, Forbidden, Invalid
from tongban.core.texts import Text
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.matters.answers import OfferingOut, Offerings
from tongban.matters.catalogue import by_code
from tongban.matters.inputs import OfferingIn, OfferingsIn
from tongban.matters.models import Matter, Offering
from tongban.matters.policy import may_offer
from tongban.organisations.schemas import OrganisationRef
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Kind, Tree, Unit

_UNKNOWN = Text("没有这个机构", "There is no such organisation")
_NO_COUNTER = Text("该机构及其下属都不设受理窗口", "No counters at or below this organisation")
_TWICE = Text("同一机构只能有一条", "One line for each organisation")


async def get_offerings(session: AsyncSession, actor: Actor, code: str) -> Offerings:
    """The exceptions, in the order of the organisations' codes. Raises `NotFound`."""
    matter = await by_code(session, code)
    tree = await get_tree(session)
    rows = await _rows(session, matter)
    lines = [
        OfferingOut(
            organisation=OrganisationRef(
                code=tree[row.organisation_id].code, name=_name(tree, row)
            ),
            offered=row.offered,
            note=row.note,
            editable=may_offer(tree, actor, tree[row.organisation_id]),
        )
        for row in rows
    ]
    return Offerings(items=sorted(lines, key=lambda line: line.organisation.code))


def _name(tree: Tree, row: Offering) -> str:
    return tree.name_with_body(tree[row.organisation_id], gap=" ")


async def set_offerings(
    session: AsyncSession, actor: Actor, code: str, body: OfferingsIn
) -> Offerings:
    """Replace the exceptions in the actor's reach; those elsewhere stay as they are.

    Raises `NotFound`, `Invalid`, and `Forbidden` for an organisation out of reach.
    """
    matter = await by_code(session, code, lock=True)
    tree = await get_tree(session)
    wanted = _wanted(tree, actor, body)
    for row in await _rows(session, matter):
        if may_offer(tree, actor, tree[row.organisation_id]):
            await session.delete(row)
    await session.flush()
    session.add_all(
        Offering(
            matter_id=matter.id,
            organisation_id=unit.id,
            offered=line.offered,
            note=line.note,
        )
        for unit, line in wanted
    )
    await session.flush()
    await audit.record(
        session,
        actor=actor,
        action="catalogue.offerings_changed",
        subject=f"matter:{code}",
        details={"offered": {unit.code: line.offered for unit, line in wanted}},
    )
    return await get_offerings(session, actor, code)


def _wanted(tree: Tree, actor: Actor, body: OfferingsIn) -> list[tuple[Unit, OfferingIn]]:
    errors: list[FieldError] = []
    found: list[tuple[Unit, OfferingIn]] = []
    for index, line in enumerate(body.items):
        unit = tree.find(line.organisation_code)
        at = f"/items/{index}/organisation_code"
        if unit is None:
            errors.append(FieldError(at, "unknown_organisation", _UNKNOWN))
        elif tree.body(unit).kind is Kind.BUREAU:
            errors.append(FieldError(at, "no_counter", _NO_COUNTER))
        elif any(unit == other for other, _ in found):
            errors.append(FieldError(at, "duplicate", _TWICE))
        elif not may_offer(tree, actor, unit):
            raise Forbidden
        else:
            found.append((unit, line))
    if errors:
        raise Invalid(errors=errors)
    return found


async def _rows(session: AsyncSession, matter: Matter) -> list[Offering]:
    return list(await session.scalars(select(Offering).where(Offering.matter_id == matter.id)))
