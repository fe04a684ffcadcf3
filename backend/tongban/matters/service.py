"""What other domains use of the catalogue."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.matters.importing import import_matters
from tongban.matters.models import Matter, MatterVersion, Offering
from tongban.matters.schemas import Content, Version
from tongban.organisations.tree import Tree, Unit

__all__ = ["current_version", "import_matters", "offered_at", "version"]

# Published versions never change, so a process keeps those it has met.
_versions: dict[int, Version] = {}
_KEPT = 2000


async def current_version(session: AsyncSession, code: str) -> Version | None:
    """The published version of an active matter; None where there is none."""
    found = await session.scalar(
        select(MatterVersion.id)
        .join(Matter, Matter.id == MatterVersion.matter_id)
        .where(Matter.code == code, Matter.status == "active", MatterVersion.state == "published")
    )
    return await version(session, found) if found is not None else None


async def version(session: AsyncSession, version_id: int) -> Version:
    """A version that was published, from memory where this process has met it."""
    known = _versions.get(version_id)
    if known is not None:
        return known
    row = await session.get_one(MatterVersion, version_id)
    loaded = Version(row.id, row.matter_id, row.number, Content.model_validate(row.content))
    if row.state != "draft":
        if len(_versions) >= _KEPT:
            _versions.clear()
        _versions[version_id] = loaded
    return loaded


async def offered_at(session: AsyncSession, matter_id: int, tree: Tree, unit: Unit) -> bool:
    """Whether the matter is offered at this counter: the nearest exception decides."""
    chain = [unit.id, *(above.id for above in tree.ancestors(unit))]
    rows = await session.execute(
        select(Offering.organisation_id, Offering.offered).where(
            Offering.matter_id == matter_id, Offering.organisation_id.in_(chain)
        )
    )
    exceptions = {row.organisation_id: row.offered for row in rows}
    return next((exceptions[unit_id] for unit_id in chain if unit_id in exceptions), True)
