"""What other domains use of the catalogue."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, Engine, Integer, String, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core.fixed import Fixed
from tongban.matters.models import Matter, MatterVersion, Offering
from tongban.matters.schemas import Content, Version
from tongban.organisations.tree import Tree, Unit

# Published versions never change, so a process keeps those it has met in a database.
_versions: WeakKeyDictionary[Engine, dict[int, Version]] = WeakKeyDictionary()
_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Offer:
    """A matter as it is in force, and where it is offered otherwise than everywhere."""

    version: Version
    exceptions: Mapping[int, bool]

    def stands_at(self, tree: Tree, unit: Unit) -> bool:
        """Whether the matter is offered at this counter: the nearest exception decides."""
        chain = (unit, *tree.ancestors(unit))
        return next((self.exceptions[u.id] for u in chain if u.id in self.exceptions), True)


_EXCEPTIONS = (
    select(func.json_object_agg(Offering.organisation_id, Offering.offered))
    .where(Offering.matter_id == Matter.id)
    .scalar_subquery()
)
_CURRENT = Fixed(
    select(MatterVersion.id, _EXCEPTIONS.label("exceptions"))
    .join(Matter, Matter.id == MatterVersion.matter_id)
    .where(
        Matter.code == bindparam("code", type_=String),
        Matter.status == "active",
        MatterVersion.state == "published",
    )
)


async def current_offer(session: AsyncSession, code: str) -> Offer | None:
    """The published version of an active matter; None where there is none."""
    found = await _CURRENT.row(session, {"code": code})
    if found is None:
        return None
    exceptions = {int(unit): offered for unit, offered in (found.exceptions or {}).items()}
    return Offer(await version(session, found.id), exceptions)


async def is_known(session: AsyncSession, code: str) -> bool:
    """Whether the catalogue has such a matter, whatever its state."""
    return await session.scalar(select(Matter.id).where(Matter.code == code)) is not None


_VERSIONS = Fixed(
    select(
        MatterVersion.id,
        MatterVersion.matter_id,
        MatterVersion.number,
        MatterVersion.state,
        MatterVersion.content,
    ).where(MatterVersion.id == func.any(bindparam("ids", type_=ARRAY(Integer))))
)


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
    for row in await _VERSIONS.rows(session, {"ids": missing}):
        loaded = Version(row.id, row.matter_id, row.number, Content.model_validate(row.content))
        found[row.id] = loaded
        if row.state != "draft":
            if len(met) >= _KEPT:
                met.clear()
            met[row.id] = loaded
    return found


async def exceptions_of(session: AsyncSession, matter_id: int) -> dict[int, bool]:
    """Where a matter, whatever its state, is offered otherwise than everywhere."""
    rows = await session.execute(
        select(Offering.organisation_id, Offering.offered).where(Offering.matter_id == matter_id)
    )
    return {row.organisation_id: row.offered for row in rows}
