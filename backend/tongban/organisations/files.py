"""The import file of a district: its shape, its rules, and the rows that it means.

Shape: `{district: {code, name, full_name, bureaus: […]}, streets: [{code, name, office_name,
hall: {name, windows}, sections: […], communities: [{code, name, units: […]}]}]}`. Codes are
those of the statistical division codes: district 6 digits (GB/T 2260), street 9 (GB/T 10114),
community 12; what is below a body has its code, a hyphen and a local part. The section with the
local part `DT` is the street's hall. Any of them may have `address`, `telephone` and
`opening_hours`; where the file has none, what was entered by hand stays.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tongban.core.characters import LINE
from tongban.core.texts import Text
from tongban.core.validation import field_errors
from tongban.organisations.tree import Kind, joined

HALL = "DT"

_Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    LINE,
]
_Contact = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), LINE]
CONTACT = ("address", "telephone", "opening_hours")
_LocalCode = Annotated[str, StringConstraints(pattern=r"^\d{6,12}-[A-Z0-9]{1,12}$")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Place(_Part):
    address: _Contact | None = None
    telephone: _Contact | None = None
    opening_hours: _Contact | None = None

    def contact(self) -> dict[str, str]:
        return self.model_dump(include=set(CONTACT), exclude_none=True)


class BureauPart(_Place):
    code: _LocalCode
    name: _Name
    full_name: _Name
    duty: str = ""


class SectionPart(_Place):
    code: _LocalCode
    name: _Name
    categories: list[_Name] = []
    guided_by: str = ""


class UnitPart(_Place):
    code: _LocalCode
    name: _Name


class CommunityPart(_Place):
    code: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    name: _Name
    units: list[UnitPart] = []


class HallPart(_Place):
    name: _Name
    windows: Annotated[int, Field(ge=1, le=99)]


class StreetPart(_Place):
    code: Annotated[str, StringConstraints(pattern=r"^\d{9}$")]
    name: _Name
    office_name: _Name
    hall: HallPart
    sections: list[SectionPart]
    communities: list[CommunityPart]


class DistrictPart(_Place):
    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    name: _Name
    full_name: _Name
    bureaus: list[BureauPart] = []


class DistrictFile(_Part):
    district: DistrictPart
    streets: Annotated[list[StreetPart], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a file: of which organisation, and the way from there to the field."""

    organisation: str
    field: str
    text: Text

    def said(self) -> Text:
        """The whole of it in words."""
        way = [part for part in self.field.split("/") if part != _NOWHERE]
        zh, en = (
            " · ".join([*self._of(), *(_in_words(part, language) for part in way)])
            or ("整个文件", "The whole file")[language]
            for language in (0, 1)
        )
        params = {**self.text.params, "place_zh": zh, "place_en": en}
        return Text("{place_zh}：" + self.text.zh, "{place_en}: " + self.text.en, params)

    def _of(self) -> list[str]:
        return [] if self.organisation == _NOWHERE else [self.organisation]


_NOWHERE = "—"


_WORDS = {
    "code": ("代码", "Code"),
    "name": ("名称", "Name"),
    "full_name": ("全称", "Full name"),
    "office_name": ("机关名称", "Name of the office"),
    "district": ("区", "District"),
    "bureaus": ("委办局", "Bureaus"),
    "streets": ("街道", "Streets"),
    "hall": ("大厅", "Hall"),
    "windows": ("窗口数", "Number of windows"),
    "sections": ("科室", "Sections"),
    "communities": ("社区", "Communities"),
    "units": ("社区下设单位", "Units"),
    "categories": ("事项类别", "Categories"),
    "duty": ("职责", "Duty"),
    "guided_by": ("业务指导单位", "Guided by"),
    "address": ("地址", "Address"),
    "telephone": ("电话", "Telephone"),
    "opening_hours": ("办公时间", "Opening hours"),
}


def _in_words(part: str, language: int) -> str:
    """A step of the way: a field's label, or which item of a list, counted from 1."""
    if part.isdigit():
        return (f"第 {int(part) + 1} 项", f"item {int(part) + 1}")[language]
    return _WORDS[part][language] if part in _WORDS else part


class FileRefused(Exception):
    """The file has mistakes; nothing of it was imported."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} findings")
        self.findings = findings


@dataclass(slots=True)
class Row:
    """An organisation as the file describes it."""

    code: str
    kind: Kind
    name: str
    full_name: str
    office_name: str
    parent: str | None
    sort_order: int
    attributes: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    """Only what the file says."""


def read_file(data: Any) -> list[Row]:
    """The rows of a file, parents before children. Raises `FileRefused` naming every mistake."""
    try:
        content = DistrictFile.model_validate(data)
    except ValidationError as error:
        raise FileRefused(_shape_findings(data, error)) from error
    rows = list(_rows(content))
    findings = [*_wrong_parents(rows), *_duplicates(rows), *_without_hall(content)]
    if findings:
        raise FileRefused(findings)
    return rows


def _rows(content: DistrictFile) -> Iterator[Row]:
    district = content.district
    yield Row(
        district.code,
        Kind.DISTRICT,
        district.name,
        district.full_name,
        district.full_name,
        None,
        0,
        contact=district.contact(),
    )
    for order, bureau in enumerate(district.bureaus):
        yield Row(
            bureau.code,
            Kind.BUREAU,
            bureau.name,
            bureau.full_name,
            bureau.full_name,
            district.code,
            order,
            {"duty": bureau.duty},
            bureau.contact(),
        )
    for order, street in enumerate(content.streets, start=len(district.bureaus)):
        full_name = district.full_name + street.name
        yield Row(
            street.code,
            Kind.STREET,
            street.name,
            full_name,
            street.office_name,
            district.code,
            order,
            contact=street.contact(),
        )
        yield from _street_rows(street)


def _street_rows(street: StreetPart) -> Iterator[Row]:
    for order, section in enumerate(street.sections):
        is_hall = section.code == f"{street.code}-{HALL}"
        yield Row(
            section.code,
            Kind.HALL if is_hall else Kind.SECTION,
            section.name,
            street.hall.name if is_hall else joined(street.name, section.name),
            street.office_name,
            street.code,
            order,
            {"categories": section.categories, "guided_by": section.guided_by},
            street.hall.contact() if is_hall else section.contact(),
        )
    for number in range(1, street.hall.windows + 1):
        yield Row(
            f"{street.code}-{HALL}-{number:02}",
            Kind.WINDOW,
            f"{number}号窗口",
            f"{street.hall.name}{number}号窗口",
            street.office_name,
            f"{street.code}-{HALL}",
            number,
        )
    for order, community in enumerate(street.communities, start=len(street.sections)):
        yield from _community_rows(street, community, order)


def _community_rows(street: StreetPart, community: CommunityPart, order: int) -> Iterator[Row]:
    yield Row(
        community.code,
        Kind.COMMUNITY,
        community.name,
        street.name + community.name,
        community.name,
        street.code,
        order,
        contact=community.contact(),
    )
    for place, unit in enumerate(community.units):
        name = joined(community.name, unit.name)
        yield Row(
            unit.code,
            Kind.SECTION,
            unit.name,
            street.name + name,
            name,
            community.code,
            place,
            contact=unit.contact(),
        )


def _wrong_parents(rows: list[Row]) -> Iterator[Finding]:
    for row in rows:
        if row.parent is None:
            continue
        rest = row.code.removeprefix(row.parent)
        digits = row.kind in (Kind.STREET, Kind.COMMUNITY)
        if rest == row.code or not re.fullmatch(r"\d{3}" if digits else r"-[A-Z0-9]+", rest):
            text = Text(
                "代码 {code} 应以上级代码 {parent} 开头", "Code {code} must begin with {parent}"
            )
            yield Finding(row.full_name, "code", text.using(code=row.code, parent=row.parent))


def _duplicates(rows: list[Row]) -> Iterator[Finding]:
    codes: set[str] = set()
    names: set[tuple[str | None, str]] = set()
    for row in rows:
        if row.code in codes:
            text = Text("代码 {code} 重复", "Code {code} appears twice")
            yield Finding(row.full_name, "code", text.using(code=row.code))
        elif (row.parent, row.name) in names:
            # Process definitions name sections and bureaus, so a name must mean one of them.
            text = Text("同一上级下名称“{name}”重复", "Two siblings are both named “{name}”")
            yield Finding(row.full_name, "name", text.using(name=row.name))
        codes.add(row.code)
        names.add((row.parent, row.name))


def _without_hall(content: DistrictFile) -> Iterator[Finding]:
    for street in content.streets:
        hall = f"{street.code}-{HALL}"
        if all(section.code != hall for section in street.sections):
            text = Text(
                "缺少大厅科室 {code}，街道无法受理",
                "No hall section {code}: nowhere to accept cases",
            )
            yield Finding(street.name, "sections", text.using(code=hall))


def _shape_findings(data: Any, error: ValidationError) -> list[Finding]:
    details = error.errors()
    return [
        Finding(*_place(data, detail["loc"]), found.text)
        for detail, found in zip(details, field_errors(details), strict=True)
    ]


def _place(data: Any, location: tuple[int | str, ...]) -> tuple[str, str]:
    """The nearest named organisation above a location, and the rest of the way to the field."""
    organisation, rest, node = _NOWHERE, location, data
    for depth, key in enumerate(location):
        try:
            node = node[key]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(node, dict) and "code" in node:
            said = (node.get("name"), node["code"])
            organisation = " ".join(word for word in said if isinstance(word, str)) or _NOWHERE
            rest = location[depth + 1 :]
    return organisation, "/".join(str(key) for key in rest) or _NOWHERE
