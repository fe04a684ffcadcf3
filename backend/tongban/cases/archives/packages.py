"""电子归档: packages of archived cases, built by the worker.

The package holds what everybody who may see the case may see, numbers and addresses masked; the
real values go along as they are stored, sealed. Building it reads, then works without a
transaction, then notes the result. The same case gives the same bytes, so whatever a crash left
on storage is what the next attempt writes again.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.cases import events, papers
from tongban.cases.clocks import history_of
from tongban.cases.documents.archive import Part, Retention, build_package
from tongban.cases.models import Archive, Case, CaseMaterial, CasePersonal, Collection, Event
from tongban.core.problems import NotFound
from tongban.core.settings import Settings
from tongban.files.models import File, ScanState
from tongban.files.service import local_copy, store_generated
from tongban.matters.schemas import Version
from tongban.matters.service import version
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

Sessions = async_sessionmaker[AsyncSession]


class HistoryDoesNotHold(RuntimeError):
    """A case whose history was changed behind the platform's back: it is not archived as true."""


async def waiting(session: AsyncSession) -> list[UUID]:
    """Archived cases without a package, the longest waiting first."""
    found = await session.scalars(
        select(Archive.case_id)
        .where(Archive.file_id.is_(None), Archive.disposed_at.is_(None))
        .order_by(Archive.at)
    )
    return list(found)


async def package(sessions: Sessions, settings: Settings, case_id: UUID) -> int:
    """Build and store the package of one archived case. Returns 0 where another worker has.

    Raises `FileNotFoundError` where a scan's content is gone, `NotFound` where the case is,
    `HistoryDoesNotHold`.
    """
    async with sessions() as session:
        dossier = await _read(session, settings, case_id)
    async with AsyncExitStack() as opened:
        parts = dossier.own_parts()
        for scan in dossier.scans:
            content = await opened.enter_async_context(local_copy(settings, scan.file.digest))
            parts.append(scan.part(content))
        with TemporaryFile() as target:
            built = await asyncio.to_thread(
                build_package,
                target,
                case=dossier.record,
                events=dossier.events,
                parts=parts,
                retention=dossier.retention,
                archived_on=dossier.archive.at.astimezone(settings.zone).date(),
            )
            return await _note(sessions, settings, dossier, target, built.digest)


async def _note(
    sessions: Sessions, settings: Settings, dossier: "_Dossier", content: IO[bytes], digest: str
) -> int:
    """Store a package and its file's row, unless another worker was faster."""
    async with sessions.begin() as session:
        name = f"{dossier.record['number']}.zip"
        file = await store_generated(session, settings, name, "application/zip", content)
        noted = await session.scalar(
            update(Archive)
            .where(Archive.case_id == dossier.archive.case_id, Archive.file_id.is_(None))
            .values(file_id=file.id, digest=digest)
            .returning(Archive.case_id)
        )
        if noted is None:
            await session.rollback()
    return 0 if noted is None else 1


@dataclass(frozen=True, slots=True)
class _Scan:
    title: str
    file: File

    def part(self, content: IO[bytes]) -> Part:
        return Part(
            folder="materials",
            title=self.title,
            name=self.file.name,
            media_type=self.file.media_type,
            content=content,
        )


@dataclass(frozen=True, slots=True)
class _Dossier:
    """Everything of a case that its package is made from, but the scans' content."""

    archive: Archive
    retention: Retention
    record: dict[str, Any]
    events: list[dict[str, Any]]
    papers: list[papers.Paper]
    sealed: bytes
    scans: list[_Scan]

    def own_parts(self) -> list[Part]:
        printed = [
            Part(
                folder="papers",
                title=paper.title,
                name=f"{paper.title}.pdf",
                media_type="application/pdf",
                content=BytesIO(paper.content),
            )
            for paper in self.papers
        ]
        personal = Part(
            folder="record",
            title="敏感信息（加密）",
            name="personal.sealed",
            media_type="application/octet-stream",
            content=BytesIO(self.sealed),
        )
        return [*printed, personal]


async def _read(session: AsyncSession, settings: Settings, case_id: UUID) -> _Dossier:
    case = await session.get(Case, case_id)
    archive = await session.get(Archive, case_id)
    sealed = await session.scalar(
        select(CasePersonal.sealed).where(CasePersonal.case_id == case_id)
    )
    if case is None or archive is None or sealed is None:
        raise NotFound
    matter = await version(session, case.matter_version_id)
    history = await history_of(session, case)
    fault = events.verify(case, history)
    if fault is not None:
        raise HistoryDoesNotHold(f"event {fault.seq}: {fault.what}")
    materials = list(
        await session.scalars(
            select(CaseMaterial).where(CaseMaterial.case_id == case_id).order_by(CaseMaterial.key)
        )
    )
    scans, left_out = await _scans(session, matter, case_id, materials)
    record = _record(await get_tree(session), case, matter, materials)
    return _Dossier(
        archive=archive,
        retention=Retention(years=matter.content.retention_years, until=archive.retain_until),
        record={**record, "left_out": left_out},
        events=[_event(event) for event in history],
        papers=await papers.printed(session, settings, case, history),
        sealed=sealed,
        scans=scans,
    )


async def _scans(
    session: AsyncSession, matter: Version, case_id: UUID, materials: list[CaseMaterial]
) -> tuple[list[_Scan], list[str]]:
    """Scans of materials and signatures in a fixed order, and the names of infected ones, which
    no archive takes."""
    titles: dict[UUID, str] = {}
    for row in materials:
        wanted = matter.material(row.key)
        titles |= dict.fromkeys(row.files, wanted.name if wanted else row.key)
    signatures = await session.scalars(
        select(Collection.signature_file)
        .where(Collection.case_id == case_id, Collection.signature_file.is_not(None))
        .order_by(Collection.at)
    )
    titles |= {signature: "领取签名" for signature in signatures if signature}
    found = await session.scalars(select(File).where(File.id.in_(titles)))
    files = {file.id: file for file in found}
    ordered = [files[file_id] for file_id in titles if file_id in files]
    infected = [file for file in ordered if file.scan_state == ScanState.INFECTED]
    clean = [_Scan(titles[file.id], file) for file in ordered if file not in infected]
    return clean, [file.name for file in infected]


_AS_STORED = (
    "number", "version", "matter_code", "handling", "case_kind", "channel", "status",
    "outcome", "deemed_accepted", "extension_days", "cross_handling", "linkage", "form",
    "registered_at", "received_at", "accepted_at", "concluded_at", "limit_days", "due_on",
)  # fmt: skip


def _record(
    tree: Tree, case: Case, matter: Version, materials: list[CaseMaterial]
) -> dict[str, Any]:
    """The case in words that need no database: masked, organisations by code and name."""
    parties = {
        "accepting": case.accepting_id,
        "home": case.home_id,
        "responsible": case.responsible_id,
        "deciding": case.deciding_id,
        "issuing": case.issuing_id,
    }
    return {
        "id": str(case.id),
        **{name: getattr(case, name) for name in _AS_STORED},
        "matter": case.matter_name,
        "matter_version": matter.number,
        "head_hash": case.head_hash.hex(),
        "applicant": case.applicant["name"],
        "applicant_data": case.applicant,
        "agent_data": case.agent,
        "organisations": {
            part: {"code": tree[unit].code, "name": tree[unit].name}
            for part, unit in parties.items()
            if unit is not None
        },
        "materials": [
            {"key": row.key, "received": row.received, "promise_missed": row.promise_missed}
            for row in materials
        ],
        "sealed_place": f"case_personal.sealed:{case.id}",
    }


def _event(event: Event) -> dict[str, Any]:
    """As the API shows it: enough to recompute the chain."""
    row = {column.key: getattr(event, column.key) for column in Event.__table__.columns}
    return {
        **row,
        "case_id": str(event.case_id),
        "prev_hash": event.prev_hash.hex(),
        "hash": event.hash.hex(),
    }
