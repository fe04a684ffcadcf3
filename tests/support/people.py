"""The district's tree and people in it, for tests of every domain."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import tongban.data
from tongban.core import clock
from tongban.core.ids import new_id
from tongban.core.settings import get_settings
from tongban.identity import passwords, tokens
from tongban.identity.models import GrantRow, Staff, StaffSession
from tongban.identity.roles import Role
from tongban.organisations.models import Organisation
from tongban.organisations.service import import_organisations

PASSWORD = "a password for tests"


@lru_cache
def password_hash() -> str:
    return passwords.hash_now(PASSWORD)


def organisations_file() -> dict[str, Any]:
    """The packaged organisations, a fresh copy."""
    folder = Path(tongban.data.__file__).parent
    content: dict[str, Any] = orjson.loads((folder / "organisations.json").read_bytes())
    return content


async def import_tree(session: AsyncSession) -> None:
    await import_organisations(session, organisations_file())


async def import_few(session: AsyncSession) -> None:
    """The district with three streets (西长安街 110102001, 德胜 110102010, 金融街 110102011) and
    two communities of each: enough where the tree itself is not tested, and much faster."""
    content = organisations_file()
    wanted = ("110102001", "110102010", "110102011")
    content["streets"] = [street for street in content["streets"] if street["code"] in wanted]
    for street in content["streets"]:
        del street["communities"][2:]
    await import_organisations(session, content)


async def make_staff(
    session: AsyncSession,
    username: str,
    organisation: str,
    *roles: Role | tuple[Role, str],
    **overrides: Any,
) -> Staff:
    """An account at `organisation` (a code); roles there, or elsewhere as `(role, code)`."""
    codes = [role[1] if isinstance(role, tuple) else organisation for role in roles]
    found = await session.execute(
        select(Organisation.code, Organisation.id).where(
            Organisation.code.in_([organisation, *codes])
        )
    )
    ids = {row.code: row.id for row in found}
    staff = Staff(
        **{
            "username": username,
            "name": "张敏",
            "organisation_id": ids[organisation],
            "password_hash": password_hash(),
        }
        | overrides
    )
    session.add(staff)
    await session.flush()
    session.add_all(
        GrantRow(
            staff_id=staff.id,
            role=role[0] if isinstance(role, tuple) else role,
            organisation_id=ids[code],
        )
        for role, code in zip(roles, codes, strict=True)
    )
    await session.flush()
    return staff


async def sign_in(
    client: httpx.AsyncClient, username: str, password: str = PASSWORD, **form: str
) -> httpx.Response:
    return await client.post(
        "/api/v1/auth/token", data={"username": username, "password": password, **form}
    )


async def headers_of(client: httpx.AsyncClient, username: str, **form: str) -> dict[str, str]:
    """The `Authorization` header of somebody who has just signed in."""
    answer = await sign_in(client, username, **form)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def access_of(session: AsyncSession, username: str) -> dict[str, str]:
    """The `Authorization` header of an open session, made without signing in: for accounts
    whose second factor is not what a test is about."""
    settings = get_settings()
    staff_id = await session.scalar(select(Staff.id).where(Staff.username == username))
    assert staff_id is not None
    opened = StaffSession(
        id=new_id(),
        staff_id=staff_id,
        created_at=clock.now(),
        last_used_at=clock.now(),
        user_agent="",
    )
    session.add(opened)
    await session.flush()
    return {"Authorization": f"Bearer {tokens.make_access(settings, staff_id, opened.id)}"}
