"""What the filters of lists and ledger name must be there, and be the asker's to know of."""

from collections.abc import Collection

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.models import Case, CaseScope
from tongban.cases.problems import UnknownMatter
from tongban.identity.models import Staff
from tongban.identity.problems import UnknownStaff
from tongban.matters.service import is_known
from tongban.organisations.tree import Tree


async def check_matter(session: AsyncSession, code: str) -> None:
    """Raises `UnknownMatter` at `/matter`. A retired one is known: its cases remain."""
    if not await is_known(session, code):
        raise UnknownMatter().at("/matter")


async def check_clerk(
    session: AsyncSession, tree: Tree, username: str, scope: Collection[int]
) -> None:
    """Raises `UnknownStaff` at `/clerk` unless somebody of this name belongs to the scope or has
    registered a case in it: who else has an account is not told."""
    belonging = {unit for top in scope for unit in (top, *_below(tree, top))}
    registered = exists().where(
        Case.registered_by == Staff.id,
        CaseScope.case_id == Case.id,
        CaseScope.organisation_id.in_(scope),
    )
    found = await session.scalar(
        select(Staff.id).where(
            Staff.username == username, or_(Staff.organisation_id.in_(belonging), registered)
        )
    )
    if found is None:
        raise UnknownStaff().at("/clerk")


def _below(tree: Tree, unit_id: int) -> list[int]:
    return [unit.id for unit in tree.descendants(tree[unit_id])]
