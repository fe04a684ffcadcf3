"""What can go wrong when the tree is edited."""

from tongban.core.problems import Conflict
from tongban.core.texts import Text


class NameTaken(Conflict):
    code = "name_taken"
    title = Text("同一上级下已有同名机构", "Another organisation below the same one has this name")
