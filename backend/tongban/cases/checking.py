"""What is checked of an application before anything is written; every error at once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban.cases.inputs import AgentIn, ApplicantIn, MaterialIn
from tongban.core.numbers import check_document_number
from tongban.core.problems import FieldError
from tongban.core.texts import Text
from tongban.matters.forms import validate_form
from tongban.matters.schemas import Material, Version

_MOBILE = re.compile(r"1[3-9]\d{9}")


def awaits(materials: Iterable[MaterialIn]) -> bool:
    """Whether a material is still to be brought against a promise (容缺)."""
    return any(line.promised_by and line.received == "none" for line in materials)


@dataclass(frozen=True, slots=True)
class PromiseDays:
    """The days that a promise may name: `last` is the day on which the case itself is due, since
    nothing is decided before what was promised is there."""

    first: date
    last: date
    standing: frozenset[tuple[str, date | None]] = frozenset()
    """Key and day of promises made before: leaving one as it is makes no new one."""

    def allow(self, material: MaterialIn) -> bool:
        if (material.key, material.promised_by) in self.standing:
            return True
        return material.promised_by is not None and (
            self.first <= material.promised_by <= self.last
        )


@dataclass(frozen=True, slots=True)
class Filing:
    """A checked application. `document` holds the real values; nothing of it is masked yet."""

    document: dict[str, Any]
    materials: list[MaterialIn]
    errors: list[FieldError]

    @property
    def promises(self) -> bool:
        return awaits(self.materials)


def check(
    matter: Version,
    document: dict[str, Any],
    materials: Sequence[MaterialIn],
    *,
    promises: PromiseDays,
    complete: bool,
    materials_complete: bool,
) -> Filing:
    """Check `{applicant, agent, form}` and the tick list against the matter.

    `complete`: an application, not a draft. `materials_complete`: nothing required may be
    missing without a promise, as on acceptance.
    """
    errors: list[FieldError] = []
    applicant, agent = document["applicant"], document["agent"]
    if complete:
        errors += _applicant_errors(matter, ApplicantIn.model_construct(**applicant))
        if agent is not None:
            errors += _person_errors("/agent", AgentIn.model_construct(**agent))
            if agent["id_number"] == applicant["id_number"]:
                errors.append(FieldError("/agent/id_number", "own_agent", _OWN_AGENT))
    form = document["form"]
    if complete:
        form, form_errors = validate_form(matter, form)
        errors += form_errors
    brought = [_normalised(matter, material) for material in materials]
    errors += _material_errors(matter, brought, promises, required=materials_complete)
    return Filing({**document, "form": form}, brought, errors)


def _applicant_errors(matter: Version, applicant: ApplicantIn) -> list[FieldError]:
    if applicant.kind not in matter.content.applicant_kinds:
        return [FieldError("/applicant/kind", "kind_not_served", _KIND)]
    errors = _mobile_errors("/applicant", applicant.mobile)
    wrong = check_document_number(applicant.id_number, organisation=applicant.kind != "person")
    return [FieldError("/applicant/id_number", *wrong), *errors] if wrong else errors


def _person_errors(pointer: str, person: AgentIn) -> list[FieldError]:
    errors = _mobile_errors(pointer, person.mobile)
    wrong = check_document_number(person.id_number, organisation=False)
    return [FieldError(f"{pointer}/id_number", *wrong), *errors] if wrong else errors


def _mobile_errors(pointer: str, mobile: str) -> list[FieldError]:
    if mobile and not _MOBILE.fullmatch(mobile):
        return [FieldError(f"{pointer}/mobile", "bad_mobile", _BAD_MOBILE)]
    return []


def _normalised(matter: Version, material: MaterialIn) -> MaterialIn:
    """`received: true` becomes the form that the matter asks for."""
    wanted = matter.material(material.key)
    if not isinstance(material.received, bool):
        return material
    received = wanted.kind if material.received and wanted else "none"
    return material.model_copy(update={"received": received})


def _material_errors(
    matter: Version, brought: Sequence[MaterialIn], promises: PromiseDays, *, required: bool
) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, material in enumerate(brought):
        wanted = matter.material(material.key)
        at = f"/materials/{index}"
        if wanted is None or material.key in seen:
            code = "duplicate_material" if wanted else "unknown_material"
            errors.append(FieldError(f"{at}/key", code, _DUPLICATE if wanted else _UNKNOWN))
            continue
        seen.add(material.key)
        errors += _line_errors(wanted, material, at, promises, required=required)
    missing = [m for m in matter.content.materials if m.required and m.key not in seen]
    if required:
        errors += [
            FieldError("/materials", "material_missing", _MISSING.using(name=material.name))
            for material in missing
        ]
    return errors


def _line_errors(
    wanted: Material, material: MaterialIn, at: str, promises: PromiseDays, *, required: bool
) -> list[FieldError]:
    if material.received == "none" and material.promised_by is not None:
        if not wanted.deferrable:
            return [FieldError(f"{at}/promised_by", "not_deferrable", _NOT_DEFERRABLE)]
        if not promises.allow(material):
            text = _BAD_PROMISE.using(first=promises.first, last=promises.last)
            return [FieldError(f"{at}/promised_by", "bad_promise", text)]
    if required and wanted.required and material.received == "none" and not material.promised_by:
        text = _MISSING.using(name=wanted.name)
        return [FieldError(f"{at}/received", "material_missing", text)]
    return []


_KIND = Text("该事项不面向此类申请人", "This matter does not serve this kind of applicant")
_BAD_MOBILE = Text("手机号码应为 11 位数字", "A mobile number has 11 digits")
_OWN_AGENT = Text(
    "代办人就是申请人本人：请去掉代办人，或核对证件号码",
    "The agent is the applicant: leave the agent out, or compare the numbers",
)
_UNKNOWN = Text("该事项没有这项材料", "The matter has no such material")
_DUPLICATE = Text("材料重复", "This material is listed twice")
_MISSING = Text(
    "缺少必交材料“{name}”：请收取，或约定补交日期（容缺）",
    "“{name}” is required: take it in, or agree on a day to bring it",
)
_NOT_DEFERRABLE = Text(
    "这项材料不能容缺，请当场收取；没带的可先收件，材料齐全再受理",
    "This material cannot follow later: take it in, or only receive the papers until it is there",
)
_BAD_PROMISE = Text(
    "补交日期不能早于今天（{first}），也不能晚于办理期限（{last}）；赶不及的可先收件，材料齐全再受理",
    "Name a day from today ({first}) to the case's own limit ({last}); if that is too soon, only"
    " receive the papers and accept once everything is there",
)
