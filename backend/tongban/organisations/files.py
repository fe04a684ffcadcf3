"""The import file of a district: its shape, and the rows that it means; what makes them right is
in `tongban.organisations.rules`.

Shape: `{district: {code, name, full_name, bureaus: […]}, streets: [{code, name, office_name,
hall: {name, windows}, sections: […], communities: [{code, name, units: […]}]}]}`. Codes are
those of the statistical division codes: district 6 digits (GB/T 2260), street 9 (GB/T 10114),
community 12; what is below a body has its code, a hyphen and a local part. The section with the
local part `DT` is the street's hall, which has the file's windows. Any of them may have `address`,
`telephone` and `opening_hours`; where the file has none, what was entered by hand stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tongban.core.characters import LINE
from tongban.core.texts import Text
from tongban.core.validation import field_errors
from tongban.organisations.rules import (
    HALL,
    Row,
    clashes,
    kind_in_street,
    mistakes,
    row_below,
    windows_of,
)
from tongban.organisations.tree import Kind, Tree

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


class _Coded(_Place):
    code: str
    name: _Name


class BureauPart(_Coded):
    code: _LocalCode
    full_name: _Name
    duty: str = ""


class SectionPart(_Coded):
    code: _LocalCode
    categories: list[_Name] = []
    guided_by: str = ""


class UnitPart(_Coded):
    code: _LocalCode


class CommunityPart(_Coded):
    code: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    units: list[UnitPart] = []


class HallPart(_Place):
    name: _Name
    windows: Annotated[int, Field(ge=1, le=99)]


class StreetPart(_Coded):
    code: Annotated[str, StringConstraints(pattern=r"^\d{9}$")]
    office_name: _Name
    hall: HallPart
    sections: list[SectionPart]
    communities: list[CommunityPart]


class DistrictPart(_Coded):
    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
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


def read_file(data: Any) -> list[Row]:
    """The rows of a file, parents before children. Raises `FileRefused` naming every mistake."""
    try:
        content = DistrictFile.model_validate(data)
    except ValidationError as error:
        raise FileRefused(_shape_findings(data, error)) from error
    rows = list(_rows(content))
    findings = [*_found(rows), *_without_hall(content)]
    if findings:
        raise FileRefused(findings)
    return rows


def _rows(content: DistrictFile) -> Iterator[Row]:
    part = content.district
    name = part.full_name
    district = Row(part.code, Kind.DISTRICT, part.name, name, name, None, 0, contact=part.contact())
    yield district
    for order, bureau in enumerate(part.bureaus):
        row = _row(district, Kind.BUREAU, bureau, order, full_name=bureau.full_name)
        row.attributes = {"duty": bureau.duty}
        yield row
    for order, street in enumerate(content.streets, start=len(part.bureaus)):
        row = _row(district, Kind.STREET, street, order, office_name=street.office_name)
        yield row
        yield from _street_rows(row, street)


def _street_rows(street: Row, part: StreetPart) -> Iterator[Row]:
    for order, section in enumerate(part.sections):
        kind = kind_in_street(street.code, section.code)
        is_main = section.code == f"{street.code}-{HALL}"
        full_name = part.hall.name if is_main else ""
        row = _row(street, kind, section, order, full_name=full_name)
        row.attributes = {"categories": section.categories, "guided_by": section.guided_by}
        if is_main:
            row.contact = part.hall.contact()
        yield row
        if is_main:
            yield from windows_of(row, part.hall.windows)
    for order, community in enumerate(part.communities, start=len(part.sections)):
        row = _row(street, Kind.COMMUNITY, community, order)
        yield row
        for place, unit in enumerate(community.units):
            yield _row(row, Kind.SECTION, unit, place)


def _row(
    above: Row, kind: Kind, part: _Coded, order: int, *, full_name: str = "", office_name: str = ""
) -> Row:
    row = row_below(
        above,
        kind,
        part.code,
        part.name,
        full_name=full_name,
        office_name=office_name,
        sort_order=order,
    )
    row.contact = part.contact()
    return row


def _found(rows: Sequence[Row], tree: Tree | None = None) -> list[Finding]:
    wrong = clashes(rows, tree) if tree else mistakes(rows, {row.code: row.kind for row in rows})
    return [Finding(mistake.row.full_name, mistake.field, mistake.text) for mistake in wrong]


def demand_free_names(rows: Sequence[Row], tree: Tree) -> None:
    """Raise `FileRefused` where an organisation that the file does not know, and that therefore
    stays, has the name of one that it brings."""
    findings = _found(rows, tree)
    if findings:
        raise FileRefused(findings)


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
