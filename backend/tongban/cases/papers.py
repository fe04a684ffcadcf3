"""The papers of a case: what the counter prints. Rendering is in `documents`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from tongban.cases import reading
from tongban.cases.documents import data, render
from tongban.cases.models import Archive, Case, CaseMaterial, Event, Handover
from tongban.cases.problems import NoPaper
from tongban.cases.rules import Status
from tongban.core.settings import Settings
from tongban.files.service import file_response
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.matters.schemas import Version
from tongban.matters.service import version
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree


async def receipt(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> bytes:
    """受理回执单 of an accepted case. Raises `NoPaper` before acceptance."""
    return _receipt(await _load(session, settings, actor, number))


def _receipt(file: "_File") -> bytes:
    case = file.case
    if case.accepted_at is None or case.due_on is None:
        raise NoPaper
    return render.render_receipt(
        data.Receipt(
            case=file.head(),
            case_kind=case.case_kind,
            handling=case.handling,
            promised_days=case.limit_days,
            due_on=case.due_on,
            accepted_on=file.day(case.accepted_at),
            clerk=file.clerk,
            responsible=file.name(case.responsible_id),
            deciding=file.name(case.deciding_id),
            issuing=file.name(case.issuing_id),
            materials=file.received(),
            promises=tuple(
                data.Promise(name=file.material_name(row.key), due_on=row.promised_by)
                for row in file.materials
                if row.promised_by and row.received == "none"
            ),
            cross_handling=case.cross_handling,
            linkage=case.linkage,
            query_code=case.query_code or "",
            public_url=file.settings.public_url,
        )
    )


async def notice(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> bytes:
    """一次性告知单, or 不予受理通知书 of a refused case. Raises `NoPaper` where neither is due."""
    file = await _load(session, settings, actor, number)
    case = file.case
    if case.status == Status.NOT_ACCEPTED:
        return _refusal(file, await _last_event(session, case, "refused"))
    if not case.findings:
        raise NoPaper
    told = await _last_event(session, case, "correction_requested")
    return _notice(file, told, case.findings)


def _notice(file: "_File", told: Event, findings: list[dict[str, str]]) -> bytes:
    case = file.case
    return render.render_notice(
        data.Notice(
            case=file.head(),
            received_on=file.day(case.received_at or case.registered_at),
            told_on=file.day(told.at),
            clerk=told.actor_name,
            shortcomings=tuple(file.shortcoming(finding) for finding in findings),
            legal_basis=tuple(file.matter.content.legal_basis),
        )
    )


def _refusal(file: "_File", refused: Event) -> bytes:
    return render.render_refusal(
        data.Refusal(
            case=file.head(),
            applied_on=file.day(file.case.registered_at),
            decided_on=file.day(refused.at),
            reasons=(refused.comment,),
            legal_basis=tuple(file.matter.content.legal_basis),
            remedies=file.remedies(),
        )
    )


async def handover(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> bytes:
    """代办交接单 of the last hand-over. Raises `NoPaper` where nothing was carried."""
    file = await _load(session, settings, actor, number)
    carried = await _handovers(session, file.case)
    if not carried:
        raise NoPaper
    return _handover(file, *carried[-1])


async def _handovers(session: AsyncSession, case: Case) -> list[tuple[Handover, str]]:
    """Every hand-over with its runner's name, the last one at the end."""
    found = await session.execute(
        select(Handover, Staff.name)
        .join(Staff, Staff.id == Handover.runner_id)
        .where(Handover.case_id == case.id)
        .order_by(Handover.handed_over_on, Handover.id)
    )
    return [(row.Handover, row.name) for row in found]


def _handover(file: "_File", papers: Handover, runner: str) -> bytes:
    return render.render_handover(
        data.Handover(
            case=file.head(),
            runner=runner,
            bureau=file.name(papers.bureau_id),
            handed_on=papers.handed_over_on,
            expected_on=papers.due_on or papers.handed_over_on,
            materials=file.carried(papers),
            received_by=papers.received_by,
            result=_DECISIONS.get(papers.decision or "", ""),
            returned_on=papers.returned_on,
        )
    )


_DECISIONS = {
    "approved": "准予办理",
    "denied": "不予批准",
    "returned": "退回补充",
    "forwarded": "转办",
}


async def archive_package(session: AsyncSession, actor: Actor, number: str) -> Response:
    """The package of an archived case. Raises `NoPaper` until the worker has built it."""
    case = await reading.find(session, actor, number)
    archive = await session.get(Archive, case.id)
    if archive is None or archive.file_id is None:
        raise NoPaper
    return await file_response(session, archive.file_id)


@dataclass(frozen=True, slots=True)
class Paper:
    title: str
    content: bytes
    """PDF."""


async def printed(
    session: AsyncSession, settings: Settings, case: Case, history: list[Event]
) -> list[Paper]:
    """Every paper that a case had, for its archive: printed anew from what it says."""
    file = await _file_of(session, settings, case)
    papers = []
    if case.accepted_at is not None and case.due_on is not None:
        papers.append(Paper("受理回执单", _receipt(file)))
    for event in history:
        findings = event.details.get("findings")
        if event.event == "correction_requested" and findings:
            papers.append(Paper("一次性告知单", _notice(file, event, findings)))
        elif event.event == "refused":
            papers.append(Paper("不予受理通知书", _refusal(file, event)))
    for carried, runner in await _handovers(session, case):
        papers.append(Paper("代办交接单", _handover(file, carried, runner)))
    return papers


@dataclass(frozen=True, slots=True)
class _File:
    """A case with everything that its papers are filled from."""

    settings: Settings
    tree: Tree
    case: Case
    matter: Version
    applicant: dict[str, Any]
    agent: dict[str, Any] | None
    materials: list[CaseMaterial]
    clerk: str

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.settings.zone).date()

    def name(self, unit_id: int | None) -> str:
        if unit_id is None:
            return ""
        unit = self.tree[unit_id]
        body = self.tree.body(unit)
        return unit.name if unit == body or body.name in unit.name else f"{body.name}{unit.name}"

    def head(self) -> data.CaseHead:
        window = self.case.window_id
        return data.CaseHead(
            number=self.case.number or "",
            matter=self.case.matter_name,
            applicant=_party(self.applicant),
            agent=_party({**self.agent, "kind": "person"}) if self.agent else None,
            office=data.Office(
                name=self.name(self.case.accepting_id),
                window=self.tree[window].name if window else "",
            ),
        )

    def material_name(self, key: str) -> str:
        wanted = self.matter.material(key)
        return wanted.name if wanted else key

    def received(self) -> tuple[data.Material, ...]:
        return tuple(
            data.Material(
                name=self.material_name(row.key),
                form=row.received,
                copies=self._copies(row.key),
                note=row.note,
            )
            for row in self.materials
            if row.received != "none"
        )

    def _copies(self, key: str) -> int:
        wanted = self.matter.material(key)
        return wanted.copies if wanted else 1

    def carried(self, papers: Handover) -> tuple[data.HandedMaterial, ...]:
        """The originals that went along; all that were received where none was named."""
        named = set(papers.originals)
        return tuple(
            data.HandedMaterial(
                name=material.name,
                form=material.form,
                copies=material.copies,
                returned_on=papers.returned_on,
            )
            for row, material in zip(
                (r for r in self.materials if r.received != "none"), self.received(), strict=True
            )
            if not named or row.key in named
        )

    def shortcoming(self, finding: dict[str, str]) -> data.Shortcoming:
        key = finding["pointer"].removeprefix("/materials/")
        wanted = self.matter.material(key)
        field = self.matter.field_title(finding["pointer"])
        return data.Shortcoming(
            subject=wanted.name if wanted else field,
            kind="missing" if wanted and self._absent(key) else "wrong",
            reason=finding["message"],
            remedy="请补齐后交回原受理窗口" if wanted else "请改正后重新提交",
            place=self.name(self.case.accepting_id),
        )

    def _absent(self, key: str) -> bool:
        return not any(row.key == key and row.received != "none" for row in self.materials)

    def remedies(self) -> data.Remedies | None:
        """Only a street or bureau can be taken to review or court, not a committee."""
        if self.matter.content.level == "community":
            return None
        district = self.tree.district_of(self.tree[self.case.home_id])
        name = district.name if district else ""
        return data.Remedies(reconsideration_body=f"{name}人民政府", court=f"{name}人民法院")


def _party(person: dict[str, Any]) -> data.Party:
    organisation = person["kind"] == "organisation"
    return data.Party(
        kind=person["kind"],
        name=person["name"],
        id_number=person["id_number"],
        id_label="统一社会信用代码" if organisation else "证件号码",
        mobile=person["mobile"],
    )


async def _load(session: AsyncSession, settings: Settings, actor: Actor, number: str) -> _File:
    return await _file_of(session, settings, await reading.find(session, actor, number))


async def _file_of(session: AsyncSession, settings: Settings, case: Case) -> _File:
    materials = await session.scalars(
        select(CaseMaterial).where(CaseMaterial.case_id == case.id).order_by(CaseMaterial.key)
    )
    clerk = await session.scalar(select(Staff.name).where(Staff.id == case.registered_by))
    return _File(
        settings=settings,
        tree=await get_tree(session),
        case=case,
        matter=await version(session, case.matter_version_id),
        applicant=case.applicant,
        agent=case.agent,
        materials=list(materials),
        clerk=clerk or "",
    )


async def _last_event(session: AsyncSession, case: Case, event: str) -> Event:
    found = await session.scalar(
        select(Event)
        .where(Event.month == case.month, Event.case_id == case.id, Event.event == event)
        .order_by(Event.seq.desc())
        .limit(1)
    )
    if found is None:
        raise NoPaper
    return found
