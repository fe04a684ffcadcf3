"""Who is asking, and may they: what every other domain uses of identity.

One statement a request answers whether session and account still stand and what the grants
are, so that signing out everywhere, deactivation and a changed role act on the next request;
the same statement sets the scope that row-level security reads and brings the tree's revision.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import Integer, Select, String, Uuid, column, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core.db import SessionDep
from tongban.core.fixed import Fixed
from tongban.core.hot import Asking
from tongban.core.problems import Forbidden, Unauthenticated
from tongban.core.readers import committing, reading
from tongban.core.settings import Settings
from tongban.identity import tokens
from tongban.identity.actor import Actor, Grant, Origin
from tongban.identity.roles import Permission, Role
from tongban.organisations.service import get_tree, remember_revision
from tongban.organisations.tree import Tree

TOKEN_URL = "/api/v1/auth/token"  # noqa: S105

_bearer = OAuth2PasswordBearer(tokenUrl=TOKEN_URL, auto_error=False)
Token = Annotated[str | None, Depends(_bearer)]

_WHO_TEXT = text(
    """
    SELECT staff.username, staff.name, staff.organisation_id, held.grants,
           (SELECT revision FROM tree_revision) AS revision,
           set_config('tongban.scope', held.scope, true) AS scope
    FROM sessions
    JOIN staff ON staff.id = sessions.staff_id
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(role || ':' || organisation_id), '{}') AS grants,
               coalesce(string_agg(organisation_id::text, ','), '') AS scope
        FROM grants WHERE grants.staff_id = staff.id
    ) AS held
    WHERE sessions.id = :session_id AND sessions.staff_id = :staff_id
      AND sessions.revoked_at IS NULL AND staff.active
    """
)
_WHO = Fixed(_WHO_TEXT)


async def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(settings_of)]


async def origin_of(request: Request) -> Origin:
    return Origin(
        getattr(request.state, "request_id", ""), request.client.host if request.client else ""
    )


OriginDep = Annotated[Origin, Depends(origin_of)]


async def load_actor(session: AsyncSession, access: tokens.Access, origin: Origin) -> Actor:
    """The actor of a session, with row-level security set to their grants for this transaction.

    Raises `Unauthenticated` when the session has ended or the account is switched off.
    """
    who = await _ask(session, access)
    remember_revision(session, who.revision)
    return who.actor(access, origin)


class _Who(NamedTuple):
    """What the database says of a session: the row of `_WHO`."""

    username: str
    name: str
    organisation_id: int
    grants: tuple[str, ...]
    revision: UUID

    @classmethod
    def of(cls, row: Any, prefix: str = "") -> Self:
        values = {name: getattr(row, prefix + name) for name in cls._fields}
        return cls(**{**values, "grants": tuple(values["grants"])})

    def actor(self, access: tokens.Access, origin: Origin) -> Actor:
        return Actor(
            staff_id=access.staff_id,
            username=self.username,
            name=self.name,
            organisation_id=self.organisation_id,
            grants=_grants(self.grants),
            session_id=access.session_id,
            origin=origin,
        )


async def _ask(session: AsyncSession, access: tokens.Access) -> _Who:
    row = await _WHO.row(session, _ids(access))
    if row is None:
        raise Unauthenticated
    return _Who.of(row)


def _ids(access: tokens.Access) -> dict[str, Any]:
    return {"session_id": access.session_id, "staff_id": access.staff_id}


@lru_cache(maxsize=4096)
def _grants(rows: tuple[str, ...]) -> tuple[Grant, ...]:
    parts = (row.split(":") for row in rows)
    return tuple(Grant(Role(role), int(organisation)) for role, organisation in parts)


async def current_actor(request: Request, token: Token, session: SessionDep) -> Actor:
    """The signed-in member of staff. Raises `Unauthenticated`."""
    return await load_actor(session, _access(request, token), await origin_of(request))


def _access(request: Request, token: str | None) -> tokens.Access:
    content = tokens.read(request.app.state.settings, token) if token else None
    if not isinstance(content, tokens.Access):
        raise Unauthenticated
    return content


ActorDep = Annotated[Actor, Depends(current_actor)]


@lru_cache
def require(*permissions: Permission) -> Callable[..., Awaitable[Actor]]:
    """A dependency giving the actor if they hold one of the permissions anywhere, else `Forbidden`.

    Where it is held is the service's question: see `Actor.organisations`.
    """

    async def permitted(request: Request, token: Token, session: SessionDep) -> Actor:
        return demand(await current_actor(request, token, session), permissions)

    return permitted


@dataclass(frozen=True, slots=True)
class Look:
    """What an answer is made from: session, settings, and who is asking."""

    session: AsyncSession
    settings: Settings
    actor: Actor


class _Asking(Asking):
    """`require`, session and settings in one, for what counters ask for all day."""

    def __init__(self, *permissions: Permission) -> None:
        self.model, self.scheme_name = _bearer.model, _bearer.scheme_name
        self._permissions = permissions

    @asynccontextmanager
    async def _look(
        self, opened: AbstractAsyncContextManager[AsyncSession], request: Request
    ) -> AsyncIterator[Look]:
        access = _access(request, await _bearer(request))
        async with opened as session:
            actor = await load_actor(session, access, await origin_of(request))
            yield Look(session, request.app.state.settings, demand(actor, self._permissions))


class Reading(_Asking):
    """In a session of `core.readers.reading`."""

    def opened(self, request: Request) -> AbstractAsyncContextManager[Look]:
        return self._look(reading(request.app.state), request)


class Committing(_Asking):
    """In a session of `core.readers.committing`."""

    def opened(self, request: Request) -> AbstractAsyncContextManager[Look]:
        return self._look(committing(request.app.state), request)


_PREFIX = "who_"
_who = _WHO_TEXT.columns(
    column("username", String),
    column("name", String),
    column("organisation_id", Integer),
    column("grants", ARRAY(String)),
    column("revision", Uuid),
).subquery("who")


def telling_who(found: Select[*tuple[Any, ...]]) -> Fixed:
    """`found` with who is asking in the same snapshot, as `Glance.row` needs it: no row where the
    session has ended, columns of None where nothing is found."""
    answer = found.lateral("answer")
    told = (told.label(_PREFIX + told.key) for told in _who.c)
    return Fixed(select(*told, *answer.c).select_from(_who.outerjoin(answer, true())))


_MOST_REMEMBERED = 4096
_remembered: dict[tokens.Access, _Who] = {}
"""Who asked last with a session. Nothing is answered by it alone."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What an answer of one statement is made from, where that statement tells who is asking."""

    session: AsyncSession
    settings: Settings
    access: tokens.Access
    origin: Origin
    permissions: tuple[Permission, ...]

    async def row(
        self, statement: Fixed, asked: Callable[[Actor, Tree], Mapping[str, Any]]
    ) -> tuple[Actor, Any]:
        """Who is asking, and the row of a statement of `telling_who` for whom that is.

        It is run as who asked last with this session. Where it tells that this is no longer so,
        what it found is thrown away and it is run again. Raises `Unauthenticated`, `Forbidden`.
        """
        who = _remembered.get(self.access)
        actor = who and who.actor(self.access, self.origin)
        if who is None or actor is None or actor.permissions.isdisjoint(self.permissions):
            who = await _ask(self.session, self.access)
            actor = who.actor(self.access, self.origin)
        while True:
            demand(actor, self.permissions)
            remember_revision(self.session, who.revision)
            parameters = asked(actor, await get_tree(self.session))
            row = await statement.row(self.session, {**_ids(self.access), **parameters})
            if row is None:
                raise Unauthenticated
            told = _Who.of(row, _PREFIX)
            self._remember(told)
            if told == who:
                return actor, row
            who, actor = told, told.actor(self.access, self.origin)

    def _remember(self, who: _Who) -> None:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[self.access] = who


class Glancing(_Asking):
    """As `Reading`, for what is asked most of all: the answer's own statement tells who is asking
    (`Glance`), which saves a round trip."""

    @asynccontextmanager
    async def opened(self, request: Request) -> AsyncIterator[Glance]:
        access = _access(request, await _bearer(request))
        state, origin = request.app.state, await origin_of(request)
        async with reading(state) as session:
            yield Glance(session, state.settings, access, origin, self._permissions)


def demand(actor: Actor, permissions: Iterable[Permission]) -> Actor:
    """The actor. Raises `Forbidden` where none of the permissions is held."""
    if actor.permissions.isdisjoint(permissions):
        raise Forbidden
    return actor
