"""The tree in memory, and changes to it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.organisations.models import Organisation, TreeRevision
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


def forget_revision(session: AsyncSession) -> None:
    """To be called after changing the tree: the next `get_tree` asks again."""
    session.info.pop(_REMEMBERED, None)


async def _load(session: AsyncSession) -> Tree:
    columns = (Organisation.id, Organisation.code, Organisation.name, Organisation.kind)
    rows = await session.execute(
        select(*columns, Organisation.parent_id).order_by(
            Organisation.sort_order, Organisation.code
        )
    )
    return Tree(Unit(row.id, row.code, row.name, Kind(row.kind), row.parent_id) for row in rows)
