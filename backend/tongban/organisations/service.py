"""The tree in memory, and the import of a district's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.fixed import Fixed
from tongban.core.pages import decode_cursor, encode_cursor
from tongban.core.problems import NotFound
from tongban.organisations.files import CONTACT, demand_free_names, read_file
from tongban.organisations.models import Organisation, TreeRevision
from tongban.organisations.problems import UnknownOrganisation
from tongban.organisations.rules import Row, beginning, kinds_below, proposed
from tongban.organisations.schemas import (
    Addition,
    OrganisationPage,
    OrganisationRow,
    OrganisationView,
)
from tongban.organisations.tree import Kind, Tree, Unit

_REMEMBERED = "tree_revision"

# Trees of this process by revision: the present one, and the one before it while requests that
# began with it are still running.
_trees: dict[UUID, Tree] = {}
_KEPT = 2


async def get_tree(session: AsyncSession) -> Tree:
    """The whole tree as this transaction sees it, from memory where nothing has changed.

    Costs no query in a request (the revision came with the actor), one elsewhere.
    """
    revision = session.info.get(_REMEMBERED)
    if revision is None:
        revision = (await session.execute(select(TreeRevision.revision))).scalar_one()
    return await tree_at(session, revision)


async def tree_at(session: AsyncSession, revision: UUID) -> Tree:
    """The tree of a revision that the caller has read in this transaction."""
    tree = _trees.get(revision)
    if tree is None:
        tree = await _load(session)
        while len(_trees) >= _KEPT:
            del _trees[next(iter(_trees))]
        _trees[revision] = tree
    return tree


def remember_revision(session: AsyncSession, revision: UUID) -> None:
    """Note the revision that another statement of this transaction has brought along."""
    session.info[_REMEMBERED] = revision


async def lock_tree(session: AsyncSession) -> Tree:
    """The tree, to be changed by this transaction alone until it ends."""
    locked = select(TreeRevision.revision).with_for_update()
    revision = (await session.execute(locked)).scalar_one()
    remember_revision(session, revision)
    return await tree_at(session, revision)


def forget_revision(session: AsyncSession) -> None:
    """To be called after changing the tree: the next `get_tree` asks again."""
    session.info.pop(_REMEMBERED, None)


_UNITS = Fixed(
    select(
        Organisation.id,
        Organisation.code,
        Organisation.name,
        Organisation.kind,
        Organisation.parent_id,
        Organisation.active,
    ).order_by(Organisation.sort_order, Organisation.code)
)


async def _load(session: AsyncSession) -> Tree:
    return Tree(
        Unit(row.id, row.code, row.name, Kind(row.kind), row.parent_id, active=row.active)
        for row in await _UNITS.rows(session, {})
    )


@dataclass(slots=True)
class ImportReport:
    """What an import did, by code. `missing` are active here and absent from the file: kept."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    missing: list[str] = field(default_factory=list)


async def import_organisations(session: AsyncSession, data: Any) -> ImportReport:
    """Bring the tree to what a district's file says (shape: `tongban.organisations.files`).

    What the file does not know stays as it is, and so does whether something is switched off.
    Idempotent. Raises `FileRefused` with every mistake before anything is written.
    """
    rows = read_file(data)
    demand_free_names(rows, await lock_tree(session))
    known = {row.code: row for row in await session.scalars(select(Organisation))}
    report = ImportReport()
    by_depth: dict[int, list[Organisation]] = {}
    for row in rows:
        parent = known.get(row.parent) if row.parent else None
        organisation = known.get(row.code)
        path = f"{parent.path}.{row.code}" if parent else row.code
        if organisation is None:
            organisation = new_organisation(row, path)
            known[row.code] = organisation
            by_depth.setdefault(path.count("."), []).append(organisation)
            report.created.append(row.code)
        elif _take(organisation, row):
            organisation.updated_at = clock.now()
            report.changed.append(row.code)
        else:
            report.unchanged += 1
    await _insert(session, by_depth, known)
    in_file = {row.code for row in rows}
    report.missing = sorted(o.code for o in known.values() if o.active and o.code not in in_file)
    forget_revision(session)
    return report


def new_organisation(row: Row, path: str) -> Organisation:
    """A row's organisation, not yet below anything."""
    organisation = Organisation(code=row.code, path=path, active=True)
    _take(organisation, row)
    return organisation


def _take(organisation: Organisation, row: Row) -> bool:
    """Copy a row's content; whether anything was different."""
    changed = False
    names = ("kind", "name", "full_name", "office_name", "sort_order", "attributes")
    for name, value in [*((name, getattr(row, name)) for name in names), *row.contact.items()]:
        if getattr(organisation, name) != value:
            setattr(organisation, name, value)
            changed = True
    return changed


async def _insert(
    session: AsyncSession,
    by_depth: dict[int, list[Organisation]],
    known: dict[str, Organisation],
) -> None:
    for _, organisations in sorted(by_depth.items()):
        for organisation in organisations:
            above = organisation.path.split(".")[-2:-1]
            organisation.parent_id = known[above[0]].id if above else None
        session.add_all(organisations)
        await session.flush()
    await session.flush()


@dataclass(frozen=True, slots=True)
class Contact:
    """An office's name in full and how to reach it; empty texts where nobody said."""

    full_name: str
    address: str = ""
    telephone: str = ""
    opening_hours: str = ""


async def contacts_of(
    session: AsyncSession, tree: Tree, units: Iterable[Unit]
) -> dict[int, Contact]:
    """By id; what an organisation does not say of itself is that of the nearest above it, up to
    its body: a hall's address is the street's, a community's never is."""
    chains = {unit.id: tree.acting_for(unit) for unit in units}
    wanted = {unit.id for chain in chains.values() for unit in chain}
    columns = [getattr(Organisation, name) for name in ("id", "full_name", *CONTACT)]
    rows = await session.execute(select(*columns).where(Organisation.id.in_(wanted)))
    said = {row.id: row for row in rows}
    return {
        unit_id: Contact(
            said[unit_id].full_name,
            **{
                name: next((text for unit in chain if (text := getattr(said[unit.id], name))), "")
                for name in CONTACT
            },
        )
        for unit_id, chain in chains.items()
    }


async def list_organisations(
    session: AsyncSession,
    *,
    kind: Kind | None,
    parent: str | None,
    q: str | None,
    limit: int,
    cursor: str | None,
) -> OrganisationPage:
    """Organisations in tree order. `parent` keeps those directly below that code.

    Raises `UnknownOrganisation`.
    """
    tree = await get_tree(session)
    query = select(Organisation).order_by(Organisation.path).limit(limit + 1)
    if kind:
        query = query.where(Organisation.kind == kind)
    if parent:
        query = query.where(Organisation.parent_id == named(tree, parent, "/parent").id)
    if q:
        found = Organisation.full_name.contains(q, autoescape=True)
        query = query.where(found | Organisation.code.startswith(q.upper(), autoescape=True))
    after = decode_cursor(cursor, (str,))
    if after:
        last = known(tree, after[0])
        path = ".".join(unit.code for unit in (*tree.ancestors(last)[::-1], last))
        query = query.where(Organisation.path > func.text2ltree(path))
    rows = list(await session.scalars(query))
    items = [OrganisationRow(**_line(tree, row)) for row in rows[:limit]]
    more = len(rows) > limit
    return OrganisationPage(
        items=items, next_cursor=encode_cursor(rows[limit - 1].code) if more else None
    )


async def get_organisation(session: AsyncSession, code: str) -> OrganisationView:
    """One organisation. Raises `NotFound`."""
    tree = await get_tree(session)
    return present(tree, await session.get_one(Organisation, known(tree, code).id))


def named(tree: Tree, code: str, pointer: str) -> Unit:
    """The organisation that a filter names. Raises `UnknownOrganisation` at `pointer`."""
    unit = tree.find(code)
    if unit is None:
        raise UnknownOrganisation(code=code).at(pointer)
    return unit


def named_with_below(tree: Tree, code: str, pointer: str) -> list[int]:
    """Its identifier and those of all below. Raises `UnknownOrganisation` at `pointer`."""
    unit = named(tree, code, pointer)
    return [unit.id, *(below.id for below in tree.descendants(unit))]


def known(tree: Tree, code: str) -> Unit:
    """The organisation that a path names. Raises `NotFound`."""
    unit = tree.find(code)
    if unit is None:
        raise NotFound
    return unit


def _line(tree: Tree, row: Organisation) -> dict[str, Any]:
    path = row.path.split(".")
    unit = tree.get(row.id)
    return {
        "code": row.code,
        "kind": row.kind,
        "name": row.name,
        "full_name": row.full_name,
        "parent_code": path[-2] if len(path) > 1 else None,
        "path": path,
        "active": unit.active if unit else row.active,
    }


def present(tree: Tree, row: Organisation) -> OrganisationView:
    """An organisation as the API shows it, with what may be added below it."""
    unit = tree[row.id]
    own = ("office_name", "attributes", *CONTACT)
    additions = [
        Addition(kind=kind, begins=beginning(unit, kind), proposed=proposed(tree, unit, kind))
        for kind in (kinds_below(unit.kind) if unit.active else ())
    ]
    return OrganisationView(
        **_line(tree, row), **{name: getattr(row, name) for name in own}, additions=additions
    )
