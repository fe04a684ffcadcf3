"""Changes to the tree by hand; what makes a tree right is in `rules`, the same as for a file."""

from collections.abc import Iterator

from sqlalchemy import func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.problems import FieldError, Invalid
from tongban.core.texts import Text
from tongban.organisations.files import CONTACT
from tongban.organisations.models import Organisation
from tongban.organisations.problems import (
    AboveSwitchedOff,
    LastHall,
    MustStayOn,
    NameTaken,
)
from tongban.organisations.rules import (
    HALL,
    Row,
    clashes,
    mistakes,
    namesake,
    row_below,
    taken,
    windows_of,
)
from tongban.organisations.schemas import NewOrganisation, OrganisationChange, OrganisationView
from tongban.organisations.service import (
    forget_revision,
    get_tree,
    known,
    lock_tree,
    named,
    new_organisation,
    present,
)
from tongban.organisations.tree import Kind, Tree, Unit

HALL_NAME = "公共服务大厅"

_OWN: dict[Kind, frozenset[str]] = {
    Kind.BUREAU: frozenset({"full_name"}),
    Kind.STREET: frozenset({"office_name", "windows"}),
    Kind.HALL: frozenset({"windows"}),
}
"""What only these kinds say of themselves, and must."""
_MISSING = Text("请填写", "Please fill this in")
_NOT_OF_KIND = Text("这一类机构没有此项，请留空", "This kind has none: leave it empty")


async def add_organisation(session: AsyncSession, new: NewOrganisation) -> OrganisationView:
    """Put an organisation below another; a street comes with its hall, a hall with its windows.

    Raises `UnknownOrganisation`, `AboveSwitchedOff`, `Invalid` with every mistake at its field.
    """
    tree = await lock_tree(session)
    above = named(tree, new.parent_code, "/parent_code")
    if not above.active:
        raise AboveSwitchedOff(above=above.name).at("/parent_code")
    errors = list(_misplaced(new))
    rows = []
    if not errors:
        parent = await session.get_one(Organisation, above.id)
        rows = list(_rows(_as_row(parent), new, await _next_place(session, above)))
        wrong = [
            *mistakes(rows, {above.code: above.kind, **{row.code: row.kind for row in rows}}),
            *taken(rows, tree),
            *clashes(rows, tree),
        ]
        errors = [FieldError(f"/{one.field}", one.code, one.text) for one in wrong]
    if errors:
        raise Invalid(errors=errors)
    made: dict[str, Organisation] = {above.code: parent}
    for row in rows:
        below = made[row.parent or ""]
        made[row.code] = organisation = new_organisation(row, f"{below.path}.{row.code}")
        organisation.parent_id = below.id
        session.add(organisation)
        await session.flush()
    forget_revision(session)
    return present(await get_tree(session), made[new.code])


def _misplaced(new: NewOrganisation) -> Iterator[FieldError]:
    own = _OWN.get(new.kind, frozenset())
    for name in ("full_name", "office_name", "windows"):
        given = getattr(new, name) is not None
        if name in own and not given:
            yield FieldError(f"/{name}", "missing", _MISSING)
        elif given and name not in own:
            yield FieldError(f"/{name}", "not_of_kind", _NOT_OF_KIND)


def _rows(parent: Row, new: NewOrganisation, sort_order: int) -> Iterator[Row]:
    row = row_below(
        parent,
        new.kind,
        new.code,
        new.name,
        full_name=new.full_name or "",
        office_name=new.office_name or "",
        sort_order=sort_order,
    )
    row.contact = {name: getattr(new, name) for name in CONTACT}
    yield row
    hall = row if new.kind is Kind.HALL else None
    if new.kind is Kind.STREET:
        hall = row_below(row, Kind.HALL, f"{row.code}-{HALL}", HALL_NAME, sort_order=0)
        yield hall
    if hall:
        yield from windows_of(hall, new.windows or 0)


def _as_row(organisation: Organisation) -> Row:
    return Row(
        organisation.code,
        Kind(organisation.kind),
        organisation.name,
        organisation.full_name,
        organisation.office_name,
        None,
        organisation.sort_order,
    )


async def _next_place(session: AsyncSession, above: Unit) -> int:
    last = select(func.max(Organisation.sort_order)).where(Organisation.parent_id == above.id)
    return (await session.scalar(last) or 0) + 1


async def change_organisation(
    session: AsyncSession, code: str, change: OrganisationChange
) -> OrganisationView:
    """Rename an organisation, say how to reach it, switch it on or off, and with it all below.

    Raises `NotFound`, `NameTaken`, `MustStayOn`, `LastHall`, `AboveSwitchedOff`.

    Process definitions name sections and bureaus, so siblings never share a name, and one that
    is renamed here has to be renamed in the definitions that mean it.
    """
    tree = await lock_tree(session)
    unit = known(tree, code)
    _demand_right(tree, unit, change)
    organisation = await session.get_one(Organisation, unit.id)
    if change.name:
        await _rename_in_full(session, organisation, change.name)
    for name, value in change.model_dump(exclude_none=True).items():
        setattr(organisation, name, value)
    organisation.updated_at = clock.now()
    await session.flush()
    forget_revision(session)
    return present(await get_tree(session), organisation)


def _demand_right(tree: Tree, unit: Unit, change: OrganisationChange) -> None:
    above = tree.get(unit.parent) if unit.parent else None
    on = tree.is_on(unit) if change.active is None else change.active
    if above and on and (change.name or change.active):
        other = namesake(tree, above, change.name or unit.name, but={unit.code})
        if other:
            pointer = "/name" if change.name else "/active"
            raise NameTaken(other=other.code).at(pointer)
    if change.active and above and not above.active:
        raise AboveSwitchedOff(above=above.name).at("/active")
    if change.active is False and unit.active:
        if above is None:
            raise MustStayOn().at("/active")
        halls = [one for one in tree.children(above) if one.kind is Kind.HALL and one.active]
        if halls == [unit]:
            raise LastHall(street=above.name).at("/active")


async def _rename_in_full(session: AsyncSession, organisation: Organisation, name: str) -> None:
    """Its full name, which is printed, and those below that begin with it follow a new name; a full
    name that does not end in the short one (残疾人联合会, 残联) is the import's to change."""
    full, short = organisation.full_name, organisation.name
    if name == short or not full.endswith(short):
        return
    renamed = full.removesuffix(short) + name
    below = Organisation.path.op("<@", is_comparison=True)(organisation.path)
    rest = func.substr(Organisation.full_name, len(full) + 1)
    await session.execute(
        update(Organisation)
        .where(below, Organisation.full_name.startswith(full, autoescape=True))
        .values(full_name=literal(renamed).concat(rest))
        .execution_options(synchronize_session=False)
    )
    await session.refresh(organisation, ["full_name"])
