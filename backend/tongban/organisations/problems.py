"""What can go wrong when organisations are named and when the tree is edited."""

from tongban.core.problems import AtField
from tongban.core.texts import Text


class UnknownOrganisation(AtField):
    status = 422
    code = "unknown_organisation"
    title = Text(
        "没有这个机构：{code}，请从机构列表中选择",
        "There is no such organisation: {code}; choose one of the list",
    )


class NameTaken(AtField):
    status = 409
    code = "name_taken"
    title = Text(
        "同一上级下已有同名机构（{other}）：请换一个名称，或先将其更名或停用",
        "Another organisation below the same one has this name ({other}): choose another, or rename"
        " that one or switch it off first",
    )


class MustStayOn(AtField):
    status = 409
    code = "must_stay_on"
    title = Text(
        "区级机构不能停用：全部机构都在它之下",
        "The district cannot be switched off: all organisations hang below it",
    )


class LastHall(AtField):
    status = 409
    code = "last_hall"
    title = Text(
        "这是{street}唯一启用的大厅，停用后街道无法受理：请先添加或启用另一个大厅，或停用整个街道",
        "This is the only hall of {street} that is switched on, which could accept nothing without:"
        " add or switch on another hall first, or switch off the whole street",
    )


class AboveSwitchedOff(AtField):
    status = 409
    code = "above_switched_off"
    title = Text(
        "上级机构 {above} 已停用：请先启用上级机构",
        "{above} above it is switched off: switch that on first",
    )
