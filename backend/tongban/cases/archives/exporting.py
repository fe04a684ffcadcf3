"""Archived cases handed on to an archive: complete, unmasked, checkable by a stranger.

One ZIP in the layout of BagIt holds, for each case, its package as it was archived, and the real
values of what is masked there; and an index. Nothing of it is kept: it is made while it is sent,
after the transaction that notes who asked for it and why.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import events, personal, sealing
from tongban.cases.archives.disposals import fonds, kept_by
from tongban.cases.archives.schemas import ArchiveExportIn
from tongban.cases.documents.archive import INDEX, verify_package
from tongban.cases.documents.bag import Member, write_bag
from tongban.cases.models import Archive, Case, CasePersonal
from tongban.cases.problems import NothingToExport, TooManyToExport
from tongban.core import clock
from tongban.core.db import AnyRow
from tongban.core.privacy import Tampered
from tongban.core.settings import Settings
from tongban.core.spans import on_days
from tongban.files import storage
from tongban.files.models import File
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree, Unit

FORMAT = "tongban-export/1"
MOST = 500
"""Cases in one package."""
_PIECE = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024


class _LeftOut(Exception):
    """Why a case is not handed on: it would pass for what it is not."""


@dataclass(frozen=True, slots=True)
class Export:
    """What was found in the transaction; `pieces` works without one."""

    settings: Settings
    unit: Unit
    tree: Tree
    body: ArchiveExportIn
    by: str
    at: datetime
    rows: list[AnyRow]

    @property
    def name(self) -> str:
        return f"archives-{self.unit.code}-{self.at:%Y%m%d%H%M%S}"

    def pieces(self) -> Iterator[bytes]:
        days = f"{self.body.archived_from} 至 {self.body.archived_to}"
        info = {
            "Source-Organization": self.unit.name,
            "External-Identifier": self.name,
            "External-Description": f"{days} 归档办件",
            "Contact-Name": self.by,
        }
        return write_bag(self.name, self.at, info, self._members())

    def _members(self) -> Iterator[Member]:
        handed_on: list[dict[str, Any]] = []
        left_out: list[dict[str, str]] = []
        for row in self.rows:
            with SpooledTemporaryFile(max_size=_IN_MEMORY) as package:
                try:
                    self._fetch(row, package)
                    real = _unmasked(row)
                except _LeftOut as fault:
                    left_out.append({"number": row.number, "why": str(fault)})
                    continue
                yield from _unpacked(row.number, package)
            yield Member(f"{row.number}/unmasked.json", [_json(real)])
            handed_on.append(self._entry(len(handed_on) + 1, row))
        yield Member("index.csv", [_csv(handed_on)])
        yield Member("index.json", [_json(self._index(handed_on, left_out))])

    def _fetch(self, row: AnyRow, package: IO[bytes]) -> None:
        """Bring a package from storage. Raises `_LeftOut` where it or its case is not as it was."""
        seal = row.head_seal or b""
        if not events.fits(seal, row.id, row.version, row.head_hash):
            raise _LeftOut(f"history: {events.REWRITTEN}")
        try:
            for piece in storage.read(storage.get_store(self.settings.files_url), row.file_digest):
                package.write(piece)
            wrong = verify_package(package, row.digest)
        except FileNotFoundError:
            raise _LeftOut("package: gone from storage") from None
        except BadZipFile:
            wrong = [INDEX]
        if wrong:
            raise _LeftOut(f"package: not as archived: {'、'.join(wrong)}")
        with ZipFile(package) as archive:
            archived = orjson.loads(archive.read(INDEX))["case"]["head_hash"]
        if archived != row.head_hash.hex():
            raise _LeftOut("package: not of this history")

    def _entry(self, place: int, row: AnyRow) -> dict[str, Any]:
        responsible = self.tree[row.responsible_id]
        return {
            "item": place,
            "folder": row.number,
            "number": row.number,
            "title": f"{row.matter_name}（{row.applicant['name']}）",
            "matter_code": row.matter_code,
            "responsible_code": responsible.code,
            "responsible": responsible.name,
            "registered_at": row.registered_at,
            "concluded_at": row.concluded_at,
            "archived_at": row.archived_at,
            "retain_until": row.retain_until,
            "package_sm3": row.digest,
            "history_sm3": row.head_hash.hex(),
        }

    def _index(self, handed_on: list[Any], left_out: list[Any]) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "fonds": {"code": self.unit.code, "name": self.unit.name},
            "archived_from": self.body.archived_from,
            "archived_to": self.body.archived_to,
            "exported_at": self.at,
            "exported_by": self.by,
            "reason": self.body.reason,
            "cases": handed_on,
            "left_out": left_out,
        }


async def export(
    session: AsyncSession, settings: Settings, actor: Actor, body: ArchiveExportIn
) -> Export:
    """Find what is asked for and note that it was.

    Raises `Forbidden`, `UnknownOrganisation`, `NothingToExport`, `TooManyToExport`.
    """
    tree = await get_tree(session)
    unit = fonds(
        tree, actor, body.organisation_code, "/organisation_code", Permission.ARCHIVES_EXPORT
    )
    # Row-level security lets through what the organisation takes part in.
    await personal.scope_to(session, unit)
    rows = await _packaged(session, settings, tree, unit, body)
    if not rows:
        raise NothingToExport
    if len(rows) > MOST:
        raise TooManyToExport(most=MOST)
    await audit.record(
        session,
        actor=actor,
        action="archives.exported",
        subject=f"organisation:{unit.code}",
        reason=body.reason,
        details={
            "archived_from": body.archived_from.isoformat(),
            "archived_to": body.archived_to.isoformat(),
            "cases": [row.number for row in rows],
        },
    )
    by = f"{actor.name}（{actor.username}）"
    return Export(settings, unit, tree, body, by, clock.now().astimezone(settings.zone), rows)


async def _packaged(
    session: AsyncSession, settings: Settings, tree: Tree, unit: Unit, body: ArchiveExportIn
) -> list[AnyRow]:
    """Cases with a package, oldest archive first; one more than may be exported, to tell."""
    days = on_days(Archive.at, body.archived_from, body.archived_to, settings.zone)
    found = await session.execute(
        select(
            *_CASE_COLUMNS,
            Archive.at.label("archived_at"),
            Archive.retain_until,
            Archive.digest,
            File.digest.label("file_digest"),
            CasePersonal.sealed,
        )
        .join(Archive, Archive.case_id == Case.id)
        .join(File, File.id == Archive.file_id)
        .join(CasePersonal, CasePersonal.case_id == Case.id)
        .where(kept_by(tree, unit), *days)
        .order_by(Archive.at, Case.id)
        .limit(MOST + 1)
    )
    return list(found)


_CASE_COLUMNS = (
    Case.id,
    Case.number,
    Case.version,
    Case.head_hash,
    Case.head_seal,
    Case.matter_code,
    Case.matter_name,
    Case.responsible_id,
    Case.registered_at,
    Case.concluded_at,
    Case.applicant,
    Case.agent,
    Case.form,
)


def _unpacked(number: str, package: IO[bytes]) -> Iterator[Member]:
    with ZipFile(package) as archive:
        for path in archive.namelist():
            with archive.open(path) as content:
                yield Member(f"{number}/{path}", iter(lambda: content.read(_PIECE), b""))


def _unmasked(row: AnyRow) -> dict[str, Any]:
    document = {"applicant": row.applicant, "agent": row.agent, "form": row.form}
    try:
        return sealing.restore(document, sealing.open_secrets(row.id, row.sealed))
    except Tampered:
        raise _LeftOut("personal data: changed, or its key is not configured") from None


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


_COLUMNS = {
    "item": "件号",
    "number": "办件编号",
    "title": "题名",
    "responsible": "责任者",
    "responsible_code": "责任者代码",
    "registered_at": "登记时间",
    "concluded_at": "办结时间",
    "archived_at": "归档时间",
    "retain_until": "保管期限至",
    "package_sm3": "归档包摘要 SM3",
    "history_sm3": "办理记录摘要 SM3",
    "folder": "文件夹",
}


def _csv(entries: Iterable[dict[str, Any]]) -> bytes:
    """The index for a spreadsheet; the mark in front makes Excel read it as UTF-8."""
    text = StringIO()
    table = csv.writer(text)
    table.writerow(_COLUMNS.values())
    for entry in entries:
        table.writerow([_cell(entry[key]) for key in _COLUMNS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet takes for what it says, not for a formula."""
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@"))
    return f"'{value}" if formula else value
