"""Expected failures around routes and publishing."""

from tongban.core.problems import Problem
from tongban.core.texts import Text


class BrokenProcess(Problem):
    """Errors carry `/process/…` as their pointers."""

    status = 422
    code = "broken_process"
    title = Text("办理流程有误，无法推算路径", "The process has errors; no route follows from it")


class RouteUnresolved(Problem):
    status = 422
    code = "route_unresolved"
    title = Text(
        "{home} 没有“{selector}”对应的机构", "“{selector}” names no organisation for {home}"
    )


class NotPublishable(Problem):
    """Errors carry pointers into the content."""

    status = 422
    code = "not_publishable"
    title = Text("有 {count} 处错误，不能发布", "{count} errors; it cannot be published")
