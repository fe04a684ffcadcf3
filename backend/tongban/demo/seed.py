"""The demo district: the packaged catalogue, its calendar, and accounts to try it with."""

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core.settings import Settings
from tongban.deadlines.service import seed_calendar
from tongban.demo.people import Person, people
from tongban.identity import passwords, totp
from tongban.identity.models import GrantRow, Staff
from tongban.organisations.models import Organisation
from tongban.organisations.service import get_tree, import_organisations
from tongban.routing.publishing import import_matters


class DemoRefused(Exception):
    """The database holds accounts that are not the demo's: this is no place for demo accounts."""


@dataclass(frozen=True, slots=True)
class _Account:
    person: Person
    password: str
    totp_secret: str | None


async def seed(
    session: AsyncSession, settings: Settings, *, renew: bool
) -> list[dict[str, Any]] | None:
    """Fill an empty database, and give the accounts with their passwords.

    Where everybody is there already nothing changes and nothing is given, unless `renew` asks for
    new passwords (the list was lost). Raises `DemoRefused` where other accounts exist.
    """
    if not await session.scalar(select(func.count()).select_from(Organisation)):
        await import_organisations(session, packaged("organisations.json"))
        await seed_calendar(session)
        await import_matters(session, packaged("matters.json"))
    wanted = people(await get_tree(session))
    known = set(await session.scalars(select(Staff.username)))
    ours = {person.username for person in wanted}
    if known - ours:
        raise DemoRefused
    if known == ours and not renew:
        return None
    # One password and so one Argon2 hash for all: hashing hundreds would take half a minute.
    password = passwords.one_time_password()
    accounts = [
        _Account(person, password, _secret_if_needed(settings, person)) for person in wanted
    ]
    await _write_accounts(session, accounts)
    return [_line(account) for account in accounts]


def write_accounts_file(path: Path, accounts: list[dict[str, Any]]) -> None:
    """Replace the file in one step; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(orjson.dumps(accounts, option=orjson.OPT_INDENT_2))
    fresh.replace(path)


def packaged(name: str) -> Any:
    """A file of the example district that ships with the package."""
    return orjson.loads((resources.files("tongban.data") / name).read_bytes())


def _secret_if_needed(settings: Settings, person: Person) -> str | None:
    needed = any(role in settings.totp_roles for role in person.roles)
    return totp.new_secret() if needed else None


async def _write_accounts(session: AsyncSession, accounts: list[_Account]) -> None:
    password_hash = passwords.hash_now(accounts[0].password)
    rows = [
        {
            "username": account.person.username,
            "name": account.person.name,
            "organisation_id": account.person.unit.id,
            "password_hash": password_hash,
            "totp_secret": account.totp_secret
            and totp.seal_secret(account.totp_secret, account.person.username),
            "totp_confirmed": account.totp_secret is not None,
        }
        for account in accounts
    ]
    statement = insert(Staff).values(rows)
    renewed = {
        name: statement.excluded[name]
        for name in ("password_hash", "totp_secret", "totp_confirmed")
    }
    written = await session.execute(
        statement.on_conflict_do_update(index_elements=["username"], set_=renewed).returning(
            Staff.username, Staff.id
        )
    )
    ids = {row.username: row.id for row in written}
    grants = [
        {
            "staff_id": ids[account.person.username],
            "role": role,
            "organisation_id": account.person.unit.id,
        }
        for account in accounts
        for role in account.person.roles
    ]
    await session.execute(insert(GrantRow).values(grants).on_conflict_do_nothing())


def _line(account: _Account) -> dict[str, Any]:
    person = account.person
    line = {
        "username": person.username,
        "password": account.password,
        "roles": [role.value for role in person.roles],
        "organisation_code": person.unit.code,
        "organisation_name": person.unit.name,
        "name": person.name,
    }
    return line | ({"totp_secret": account.totp_secret} if account.totp_secret else {})
