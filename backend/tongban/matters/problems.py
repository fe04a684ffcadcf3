"""Expected failures around the catalogue."""

from tongban.core.problems import AtField, Problem
from tongban.core.texts import Text


class UnknownMatter(AtField):
    status = 422
    code = "unknown_matter"
    title = Text(
        "没有这个事项，或事项已停办，请从事项列表中选择",
        "There is no such matter, or it is retired; choose one of the list",
    )


class BrokenCatalogue(Problem):
    """Errors carry `/{matter code}/{field…}` as their pointers."""

    status = 422
    code = "broken_catalogue"
    title = Text(
        "事项文件有 {count} 处错误，未导入任何内容；请按提示改正文件后重新导入",
        "The file has {count} errors; nothing changed. Correct the file and import it again",
    )


class MatterExists(Problem):
    status = 409
    code = "matter_exists"
    title = Text("已有编码为 {matter} 的事项", "There is a matter {matter} already")


class DraftExists(Problem):
    status = 409
    code = "draft_exists"
    title = Text("该事项已有草稿", "The matter has a draft already")


class NothingChanged(Problem):
    status = 409
    code = "nothing_changed"
    title = Text("草稿与已发布的版本相同", "The draft says what is already published")


class WrongMatterStatus(Problem):
    status = 409
    code = "wrong_matter_status"
    title = Text("事项当前状态下不能进行此操作", "The matter's status does not allow this")
