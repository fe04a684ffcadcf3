"""What a matter consists of: the content of a version, as stored and as answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import jsonschema_rs
from pydantic import (
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from tongban.core.schemas import InputModel
from tongban.core.texts import Text
from tongban.core.validation import wrong

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,79}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=100)]
FieldType = Literal[
    "string",
    "enum",
    "boolean",
    "date",
    "integer",
    "number",
    "address",
    "id_number",
    "mobile",
    "array",
]
SENSITIVE = frozenset({"address", "id_number", "mobile"})
OWN_IDENTITY = frozenset({"resident_id_card"})
"""Kinds of documents without which nobody knows who applies: they never follow later."""
SuspensionReason = Literal[
    "hearing",
    "inspection",
    "testing",
    "quarantine",
    "appraisal",
    "expert_review",
    "public_notice",
    "investigation",
]
SUSPENSION_REASONS: Mapping[SuspensionReason, Text] = {
    "hearing": Text("听证", "Hearing"),
    "inspection": Text("检验", "Inspection"),
    "testing": Text("检测", "Testing"),
    "quarantine": Text("检疫", "Quarantine"),
    "appraisal": Text("鉴定", "Appraisal"),
    "expert_review": Text("专家评审", "Expert review"),
    "public_notice": Text("依法公示", "Public notice required by law"),
    "investigation": Text("依法调查核实", "Investigation required by law"),
}
"""特别程序: the only reasons that pause a clock (行政许可法 45, and notices and investigations that
other laws prescribe). A matter allows some of them, all where it does not say."""


_ENUM = Text("选择项须列出选项，其他类型不得有选项", "A choice, and only it, lists its options")
_ARRAY = Text("表格须列出各列，其他类型不得有列", "A table, and only it, has columns")
_NESTED = Text("表格的列不能再是表格", "A table inside a table")
_KIND = Text(
    "承诺时限为 0 的是即办件，大于 0 的是承诺件",
    "Promised days of 0 make it immediate, more make it promised",
)


class Part(InputModel):
    """A part of a definition: what may be left out going in is always there coming out."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class VisibleIf(Part):
    """A field is shown, and asked for, only while another has this value."""

    field: Key
    equals: str | bool | int | float


class FormField(Part):
    """A field of a matter's form; `items` are the columns of an array."""

    key: Key
    title: Title
    type: FieldType
    required: bool = False
    enum: Annotated[list[str], Field(max_length=100)] | None = None
    minimum: float | None = None
    maximum: float | None = None
    maxLength: Annotated[int, Field(ge=1, le=5000)] | None = None  # noqa: N815 - JSON Schema's
    visible_if: VisibleIf | None = None
    items: Annotated[list["FormField"], Field(max_length=30)] | None = None

    @model_validator(mode="after")
    def _shape(self) -> "FormField":
        if (self.type == "enum") != bool(self.enum):
            raise wrong("enum_and_options", _ENUM)
        if (self.type == "array") != bool(self.items):
            raise wrong("array_and_columns", _ARRAY)
        if self.items and any(item.type == "array" for item in self.items):
            raise wrong("array_in_array", _NESTED)
        return self


class Material(Part):
    """A paper that is asked for. `deferrable`: may follow later against a promise (容缺), which
    somebody has to say of it; proof of identity never may."""

    key: Key
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    kind: Literal["original", "copy", "original_and_copy", "electronic"]
    copies: Annotated[int, Field(ge=0, le=20)] = 1
    required: bool = True
    document_kind: Annotated[str, StringConstraints(max_length=60)] | None = None
    e_licence: bool = False
    deferrable: bool = False
    note: Annotated[str, StringConstraints(max_length=300)] = ""


class ApprovingUnit(Part):
    level: Literal["community", "street", "district"]
    unit: Title


class StepIn(Part):
    """A step of the process; see `routing.definitions` for what the words mean."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    function: Literal["accept", "first_review", "review", "carry_out", "approve", "file"]
    unit: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    role: Literal["clerk", "pre_reviewer", "reviewer", "agent_runner"]
    limit_days: Annotated[int, Field(ge=0, le=365)]
    condition: dict[str, Any] | None = None
    parallel_group: Annotated[str, StringConstraints(max_length=40)] | None = None


class Result(Part):
    """What the resident gets: a licence (证), a document (文), or nothing to collect."""

    name: Annotated[str, StringConstraints(max_length=100)] = "办理结果"
    kind: Literal["licence", "document", "none"] = "document"


class Guide(Part):
    """What a resident wants to know before coming."""

    visits: Annotated[int, Field(ge=0, le=10)] = 1
    visits_reason: Annotated[str, StringConstraints(max_length=200)] = ""
    mail: bool = False
    hours: Annotated[str, StringConstraints(max_length=200)] = ""
    place: Annotated[str, StringConstraints(max_length=200)] = ""
    telephone: Annotated[str, StringConstraints(max_length=60)] = ""


_MAX_ROWS = 50
_MAX_TEXT = 2000
Text500 = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Content(Part):
    """A matter's whole definition."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    national_code: Annotated[str, StringConstraints(max_length=36)] | None = None
    name: Title
    level: Literal["street", "community"]
    category: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    power_type: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    handling: Literal["direct", "carried", "filing"]
    approving_unit: ApprovingUnit
    statutory_days: Annotated[int, Field(ge=0, le=365)]
    promised_days: Annotated[int, Field(ge=0, le=365)]
    case_kind: Literal["immediate", "promised"]
    cross_handling_scope: Literal["own_community", "same_street", "whole_district"]
    home_basis: Literal["household", "residence", "either"]
    acceptance_mode: Literal["window_accepts", "collect_and_forward"] = "window_accepts"
    online_pre_review: bool = False
    applicant_kinds: Annotated[
        list[Literal["person", "organisation"]], Field(min_length=1, max_length=2)
    ] = ["person", "organisation"]
    fee: Annotated[int, Field(ge=0)] = 0
    legal_basis: Annotated[list[Text500], Field(max_length=50)] = []
    conditions: Annotated[list[Text500], Field(max_length=50)] = []
    materials: Annotated[list[Material], Field(max_length=60)] = []
    form: Annotated[list[FormField], Field(max_length=100)] = []
    process: Annotated[list[StepIn], Field(min_length=1, max_length=20)]
    result: Result = Result()
    guide: Guide = Guide()
    missed_promise_action: Literal["notify", "terminate", "deny"] = "notify"
    """What happens when a promised material does not come: the office is told, the case ends
    without a decision, or the application is denied."""
    suspension_reasons: list[SuspensionReason] = list(SUSPENSION_REASONS)
    """Special procedures that this matter can need: no other reason pauses its clock."""
    extension_days_max: Annotated[int, Field(ge=0, le=60)] = 10
    """Working days by which an approved extension may lengthen it (行政许可法 42)."""
    retention_years: Annotated[int, Field(ge=1, le=100)] = 10
    source: Annotated[str, StringConstraints(max_length=1000)] = ""

    @field_validator("case_kind")
    @classmethod
    def _kind_follows_from_days(cls, kind: str, info: ValidationInfo) -> str:
        days = info.data.get("promised_days")
        if days is not None and (days == 0) != (kind == "immediate"):
            raise wrong("case_kind_against_days", _KIND)
        return kind

    @field_validator("suspension_reasons")
    @classmethod
    def _each_reason_once(cls, reasons: list[SuspensionReason]) -> list[SuspensionReason]:
        return [reason for reason in SUSPENSION_REASONS if reason in reasons]


def compile_form(fields: Iterable[FormField]) -> dict[str, Any]:
    """The JSON Schema of a form. Required fields are left to
    `forms.validate_form`, since they are required only while shown."""
    return {
        "type": "object",
        "properties": {field.key: _schema(field) for field in fields},
        "additionalProperties": True,
    }


def _schema(field: FormField) -> dict[str, Any]:
    match field.type:
        case "boolean":
            return {"type": "boolean"}
        case "integer" | "number":
            limits = {"minimum": field.minimum, "maximum": field.maximum}
            given = {name: limit for name, limit in limits.items() if limit is not None}
            return {"type": field.type, **given}
        case "enum":
            return {"enum": field.enum}
        case "array":
            lengths = {"maxItems": _MAX_ROWS} | ({"minItems": 1} if field.required else {})
            return {"type": "array", "items": compile_form(field.items or []), **lengths}
        case _:
            return {"type": "string", "maxLength": field.maxLength or _MAX_TEXT}


@dataclass(frozen=True, eq=False)
class Version:
    """A version in memory. Published ones never change, so they are kept."""

    id: int
    matter_id: int
    number: int
    content: Content

    def material(self, key: str) -> Material | None:
        return self._materials.get(key)

    @cached_property
    def _materials(self) -> dict[str, Material]:
        return {material.key: material for material in self.content.materials}

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """The form compiled to JSON Schema."""
        return jsonschema_rs.Draft202012Validator(compile_form(self.content.form))

    @cached_property
    def sensitive(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Paths of the form's sensitive fields with their types; `*` is any row of an array."""
        paths: list[tuple[tuple[str, ...], str]] = []
        for field in self.content.form:
            if field.type in SENSITIVE:
                paths.append((("form", field.key), field.type))
            paths += [
                (("form", field.key, "*", item.key), item.type)
                for item in field.items or []
                if item.type in SENSITIVE
            ]
        return tuple(paths)

    def field_title(self, pointer: str) -> str:
        """The title of the form field that a pointer names, or the pointer itself."""
        parts = pointer.removeprefix("/form/").split("/")
        fields = {field.key: field for field in self.content.form}
        titles = []
        for part in parts:
            if part in fields:
                titles.append(fields[part].title)
                fields = {item.key: item for item in fields[part].items or []}
        return "：".join(titles) or pointer
