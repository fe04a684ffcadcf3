"""Expected failures and how they reach the caller: problem details, RFC 9457.

A domain declares its failures as small subclasses of `Problem`; one handler (in
`tongban.core.http`) renders them in the caller's language.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from tongban.core.texts import Language, Text


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field. `pointer` is a JSON pointer into the body, like `/form/age`."""

    pointer: str
    code: str
    text: Text

    def render(self, language: Language) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "message": self.text.say(language)}


class Problem(Exception):
    """Base of all expected failures. `code` is stable; clients may rely on it."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Text]

    def __init__(
        self,
        *,
        detail: Text | None = None,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(self.code)
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
        self.params = params

    def render(self, language: Language, request_id: str) -> dict[str, Any]:
        title = self.title.using(**self.params).say(language)
        return {
            "type": f"/problems/{self.code}",
            "title": title,
            "status": self.status,
            "detail": self.detail.say(language) if self.detail else title,
            "code": self.code,
            "request_id": request_id,
            "errors": [error.render(language) for error in self.errors],
        }


class Invalid(Problem):
    status = 422
    code = "invalid"
    title = Text("填写的内容有误，请按提示修改", "Some of what was sent is wrong; see each field")

    @classmethod
    def field(cls, pointer: str, code: str, text: Text) -> "Invalid":
        return cls(errors=[FieldError(pointer, code, text)])


class AtField(Problem):
    """A failure of one field that has a code of its own; `pointer` says which field it is."""

    def at(self, pointer: str) -> Self:
        self.errors = [FieldError(pointer, self.code, self.title.using(**self.params))]
        return self


class NotFound(Problem):
    status = 404
    code = "not_found"
    title = Text("没有找到，或您无权查看", "Not found, or not yours to see")


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    title = Text("您没有进行此操作的权限", "You may not do this")


class Unauthenticated(Problem):
    status = 401
    code = "unauthenticated"
    title = Text("请先登录", "Please sign in")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"}, **kwargs)


class Conflict(Problem):
    status = 409
    code = "conflict"
    title = Text("与已有的数据冲突", "This conflicts with what already exists")


class StaleVersion(Problem):
    status = 412
    code = "stale_version"
    title = Text(
        "内容已被他人更新，请刷新后再操作", "Someone changed this meanwhile; reload and try again"
    )


class VersionRequired(Problem):
    status = 428
    code = "version_required"
    title = Text("修改时须带 If-Match 版本号", "An edit needs the version in If-Match")


class KeyReused(Problem):
    status = 422
    code = "idempotency_key_reused"
    title = Text("同一个幂等键用在了不同的内容上", "This Idempotency-Key was used for another body")


class Unavailable(Problem):
    status = 503
    code = "unavailable"
    title = Text("系统繁忙，请稍后重试", "Busy at the moment; please try again shortly")

    def __init__(self, *, retry_after: int = 1, **kwargs: Any) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)}, **kwargs)
