"""What the papers of a case are filled from: the case itself, its matter, the offices' contacts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.documents import data
from tongban.cases.models import Case, CaseMaterial, Handover
from tongban.core.settings import Settings
from tongban.identity.models import Staff
from tongban.matters.schemas import Result, Version
from tongban.matters.service import version
from tongban.organisations.service import Contact, contacts_of, get_tree
from tongban.organisations.tree import Tree


async def load(session: AsyncSession, settings: Settings, case: Case) -> "PaperFile":
    """Everything at once, so that no paper asks the database while it is set."""
    matter = await version(session, case.matter_version_id)
    found = await session.scalars(select(CaseMaterial).where(CaseMaterial.case_id == case.id))
    lines = {line.key: line for line in found}
    clerk = await session.scalar(select(Staff.name).where(Staff.id == case.registered_by))
    tree = await get_tree(session)
    district = tree.district_of(tree[case.home_id])
    offices = [tree[case.accepting_id], tree[case.issuing_id], *([district] if district else [])]
    if case.handling == "carried":
        carriers = select(Handover.unit_id).where(Handover.case_id == case.id)
        offices += [tree[unit_id] for unit_id in await session.scalars(carriers)]
    contacts = await contacts_of(session, tree, offices)
    return PaperFile(
        settings=settings,
        tree=tree,
        contacts=contacts,
        district=contacts[district.id].full_name if district else "",
        case=case,
        matter=matter,
        applicant=case.applicant,
        agent=case.agent,
        # As the counter ticks them off and the matter's guide lists them.
        materials=[lines[one.key] for one in matter.content.materials if one.key in lines],
        clerk=clerk or "",
    )


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A case with everything that its papers are filled from."""

    settings: Settings
    tree: Tree
    contacts: dict[int, Contact]
    """Of the offices that papers are given in the name of."""
    district: str
    """The district's name in full, as its government and court have it."""
    case: Case
    matter: Version
    applicant: dict[str, Any]
    agent: dict[str, Any] | None
    materials: list[CaseMaterial]
    clerk: str

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.settings.zone).date()

    def name(self, unit_id: int | None) -> str:
        return "" if unit_id is None else self.tree.name_with_body(self.tree[unit_id])

    def head(self, office: data.Office | None = None) -> data.CaseHead:
        """In the name of `office`, or of the counter that took the case in."""
        return data.CaseHead(
            number=self.case.number or "",
            matter=self.case.matter_name,
            applicant=_party(self.applicant),
            agent=_party({**self.agent, "kind": "person"}) if self.agent else None,
            office=office or self.office(self.case.accepting_id, self.case.window_id),
        )

    def office(self, unit_id: int, window_id: int | None = None) -> data.Office:
        contact, guide = self.contacts[unit_id], self.matter.content.guide
        return data.Office(
            name=self.name(unit_id),
            window=self.tree[window_id].name if window_id else "",
            address=contact.address,
            telephone=contact.telephone or guide.telephone,
            hours=contact.opening_hours or guide.hours,
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

    def promised(self) -> tuple[data.Promise, ...]:
        return tuple(
            data.Promise(
                name=self.material_name(row.key),
                due_on=row.promised_by,
                if_missed=self.matter.content.missed_promise_action,
            )
            for row in self.materials
            if row.promised_by and row.received == "none"
        )

    def results(self, outcome: data.Outcome, document_number: str | None) -> tuple[str, ...]:
        """The papers that come of the case, with the decision's own number where it has one."""
        result = self.matter.content.result
        name = "不予办理决定书" if outcome == "denied" else result.name
        if document_number:
            return (f"{name}（{document_number}）",)
        nameless = result.kind == "none" or result.name == Result().name
        return () if outcome == "denied" or nameless else (name,)

    def collection(self, outcome: data.Outcome) -> str:
        content = self.matter.content
        if outcome == "denied" or content.result.kind == "none":
            return "本通知书即为办理结果。收取了原件的，凭回执退还。"
        by_mail = "，也可以申请邮寄" if content.guide.mail else ""
        return f"凭回执和本人有效身份证件领取，委托他人的另带委托书{by_mail}。"

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
        return data.Shortcoming(
            subject=wanted.name if wanted else self._place(finding["pointer"]),
            kind="missing" if wanted and self._absent(key) else "wrong",
            reason=finding["message"],
            remedy="请补齐后交回原受理窗口" if wanted else "请改正后重新提交",
            place=self.name(self.case.accepting_id),
        )

    def _place(self, pointer: str) -> str:
        return self.matter.field_title(pointer) if pointer else "整体说明"

    def _absent(self, key: str) -> bool:
        return not any(row.key == key and row.received != "none" for row in self.materials)

    def remedies(self) -> data.Remedies | None:
        """Only a street or bureau can be taken to review or court, not a committee."""
        if self.matter.content.level == "community":
            return None
        return data.Remedies(
            reconsideration_body=f"{self.district}人民政府", court=f"{self.district}人民法院"
        )


def _party(person: dict[str, Any]) -> data.Party:
    organisation = person["kind"] == "organisation"
    return data.Party(
        kind=person["kind"],
        name=person["name"],
        id_number=person["id_number"],
        id_label="统一社会信用代码" if organisation else "证件号码",
        mobile=person["mobile"],
    )
