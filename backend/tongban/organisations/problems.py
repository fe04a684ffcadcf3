"""What can go wrong when organisations are named and when the tree is edited."""

from tongban.core.problems import AtField, Conflict
from tongban.core.texts import Text


class UnknownOrganisation(AtField):
    status = 422
    code = "unknown_organisation"
    title = Text(
        "没有这个机构：{code}，请从机构列表中选择",
        "There is no such organisation: {code}; choose one of the list",
    )


class NameTaken(Conflict):
    code = "name_taken"
    title = Text("同一上级下已有同名机构", "Another organisation below the same one has this name")
