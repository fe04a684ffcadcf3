"""What other domains use of the catalogue."""

from collections.abc import Collection
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Integer, String, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core.fixed import Fixed
from tongban.matters.models import Matter, MatterVersion, Offering
from tongban.matters.schemas import Content, Version
from tongban.organisations.tree import Tree, Unit

# Published versions never change, so a process keeps those it has met in a database.
_versions: WeakKeyDictionary[Engine, dict[int, Version]] = WeakKeyDictionary()
_KEPT = 2000


_CURRENT = Fixed(
    select(MatterVersion.id)
    .join(Matter, Matter.id == MatterVersion.matter_id)
    .where(
        Matter.code == bindparam("code", type_=String),
        Matter.status == "active",
        MatterVersion.state == "published",
    )
)


async def current_version(session: AsyncSession, code: str) -> Version | None:
    """The published version of an active matter; None where there is none."""
    found = await _CURRENT.row(session, {"code": code})
    return await version(session, found.id) if found else None


async def version(session: AsyncSession, version_id: int) -> Version:
    """A version that was published, from memory where this process has met it."""
    return (await versions(session, [version_id]))[version_id]


async def versions(session: AsyncSession, version_ids: Collection[int]) -> dict[int, Version]:
    """Versions by id; at most one query, for those that this process has not met."""
    met = _versions.setdefault(session.get_bind().engine, {})
    found = {id_: met[id_] for id_ in version_ids if id_ in met}
    missing = [id_ for id_ in version_ids if id_ not in found]
    if not missing:
        return found
    rows = await session.scalars(select(MatterVersion).where(MatterVersion.id.in_(missing)))
    for row in rows:
        loaded = Version(row.id, row.matter_id, row.number, Content.model_validate(row.content))
        found[row.id] = loaded
        if row.state != "draft":
            if len(met) >= _KEPT:
                met.clear()
            met[row.id] = loaded
    return found


_EXCEPTIONS = Fixed(
    select(Offering.organisation_id, Offering.offered).where(
        Offering.matter_id == bindparam("matter_id", type_=Integer),
        Offering.organisation_id == func.any(bindparam("chain", type_=ARRAY(Integer))),
    )
)


async def offered_at(session: AsyncSession, matter_id: int, tree: Tree, unit: Unit) -> bool:
    """Whether the matter is offered at this counter: the nearest exception decides."""
    chain = [unit.id, *(above.id for above in tree.ancestors(unit))]
    rows = await _EXCEPTIONS.rows(session, {"matter_id": matter_id, "chain": chain})
    exceptions = {row.organisation_id: row.offered for row in rows}
    return next((exceptions[unit_id] for unit_id in chain if unit_id in exceptions), True)
