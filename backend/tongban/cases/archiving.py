"""电子归档: the package of an archived case, built by the worker.

The package holds what everybody who may see the case may see: numbers and addresses masked, as
in the case itself. The real values stay sealed with the case, which is never deleted.
"""

from contextlib import AsyncExitStack
from datetime import date
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.clocks import history_of
from tongban.cases.documents.archive import Part, Retention, build_package
from tongban.cases.models import Archive, Case, CaseMaterial, Event
from tongban.core import clock
from tongban.core.settings import Settings
from tongban.files.models import File
from tongban.files.service import local_copy, store_generated
from tongban.matters.service import version


async def archive_case(session: AsyncSession, settings: Settings, case: Case) -> None:
    """Build the package, store it, and note its digest and how long it is kept.

    The object is stored before its row: a crash between leaves nothing that counts.
    """
    matter = await version(session, case.matter_version_id)
    events = await history_of(session, case)
    ended = case.concluded_at or events[-1].at
    day = ended.astimezone(settings.zone).date()
    retention = Retention(
        years=matter.content.retention_years, until=_later(day, matter.content.retention_years)
    )
    async with AsyncExitStack() as opened:
        parts = await _scans(session, settings, case, opened)
        with TemporaryFile() as target:
            package = build_package(
                target,
                case=_record(case),
                events=[_event(event) for event in events],
                parts=parts,
                retention=retention,
                archived_on=clock.today(settings.zone),
            )
            name = f"{case.number}.zip"
            file = await store_generated(session, settings, name, "application/zip", target)
    session.add(
        Archive(
            case_id=case.id,
            at=clock.now(),
            file_id=file.id,
            digest=package.digest,
            retain_until=retention.until or day,
        )
    )


def _later(day: date, years: int) -> date:
    """The same day after `years`; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


async def _scans(
    session: AsyncSession, settings: Settings, case: Case, opened: AsyncExitStack
) -> list[Part]:
    rows = await session.scalars(
        select(CaseMaterial).where(CaseMaterial.case_id == case.id).order_by(CaseMaterial.key)
    )
    matter = await version(session, case.matter_version_id)
    parts = []
    for row in rows:
        wanted = matter.material(row.key)
        for file in await _files(session, row.files):
            content = await opened.enter_async_context(local_copy(settings, file.digest))
            title = wanted.name if wanted else row.key
            parts.append(
                Part(
                    folder="materials",
                    title=title,
                    name=file.name,
                    media_type=file.media_type,
                    content=content,
                )
            )
    return parts


async def _files(session: AsyncSession, ids: list[UUID]) -> list[File]:
    found = await session.scalars(select(File).where(File.id.in_(ids)).order_by(File.uploaded_at))
    return list(found)


_LEFT_OUT = frozenset({"search", "names", "head_hash"})


def _record(case: Case) -> dict[str, Any]:
    """The case's row as the index keeps it; `matter` and `applicant` are what its page shows."""
    columns = [column.key for column in Case.__table__.columns if column.key not in _LEFT_OUT]
    row = {name: getattr(case, name) for name in columns}
    return {
        **row,
        "id": str(case.id),
        "matter": case.matter_name,
        "applicant": case.applicant["name"],
        "applicant_data": case.applicant,
    }


def _event(event: Event) -> dict[str, Any]:
    row = {column.key: getattr(event, column.key) for column in Event.__table__.columns}
    return {
        **row,
        "case_id": str(event.case_id),
        "prev_hash": event.prev_hash.hex(),
        "hash": event.hash.hex(),
    }
