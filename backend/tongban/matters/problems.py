"""Expected failures around the catalogue."""

from tongban.core.problems import Problem
from tongban.core.texts import Text


class BrokenCatalogue(Problem):
    """Errors carry `/{matter code}/{field…}` as their pointers."""

    status = 422
    code = "broken_catalogue"
    title = Text(
        "事项文件有 {count} 处错误，未导入任何内容", "The file has {count} errors; nothing changed"
    )
