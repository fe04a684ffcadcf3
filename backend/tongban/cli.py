"""The command line: `tongban …`."""

import asyncio
import codecs
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar
from uuid import UUID

import orjson
import typer
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.app import create_app
from tongban.cases.service import (
    Finding,
    NoSealKey,
    Resealed,
    reseal,
    verify_chains,
    verify_presence,
    verify_seals,
    verifying_keys,
)
from tongban.core.db import make_engine, make_sessions
from tongban.core.problems import Problem
from tongban.core.settings import Settings, get_settings
from tongban.core.texts import Text
from tongban.demo import seed as demo
from tongban.identity import audit, passwords, trail
from tongban.identity.granting import ADMINISTRATORS
from tongban.identity.models import GrantRow, Staff
from tongban.identity.roles import Role
from tongban.organisations.files import FileRefused
from tongban.organisations.service import ImportReport, get_tree, import_organisations
from tongban.routing.publishing import import_matters
from tongban.runtime import secret_file
from tongban.runtime.serve import ENVIRONMENT, ROOT, serve

T = TypeVar("T")

main = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
importing = typer.Typer(no_args_is_help=True, help="Import a district's organisations or matters.")
main.add_typer(importing, name="import")
auditing = typer.Typer(no_args_is_help=True, help="Prove that histories are what they were.")
main.add_typer(auditing, name="audit")

JsonFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@importing.command("organisations")
def import_organisations_file(file: JsonFile) -> None:
    """Bring the tree to what FILE says; a file with mistakes changes nothing."""
    data = _read_json(file)

    async def work(session: AsyncSession, _: Settings) -> ImportReport:
        done = await import_organisations(session, data)
        await audit.record(
            session,
            actor=None,
            action="organisations.imported",
            subject=f"organisation:{data['district']['code']}",
            details={"created": len(done.created), "changed": done.changed},
        )
        return done

    try:
        report = _in_transaction(work)
    except FileRefused as refused:
        for finding in refused.findings:
            print(f"{_both(finding.said())} [{finding.field}]")
        count = len(refused.findings)
        _fail(f"文件有 {count} 处错误，未导入任何内容 / {count} mistakes, nothing was imported")
    print(
        f"{len(report.created)} created, {len(report.changed)} changed,"
        f" {report.unchanged} unchanged"
    )
    for code in report.missing:
        print(f"not in the file, kept: {code}")


@importing.command("matters")
def import_matters_file(file: JsonFile) -> None:
    """Publish the matters of FILE that are new or changed; a bad file changes nothing."""
    data = _read_json(file)
    try:
        report = _in_transaction(lambda session, _: import_matters(session, data))
    except Problem as refused:
        for error in refused.errors:
            print(f"{_both(error.text)} [{error.pointer}]")
        _fail(_both(refused.title.using(**refused.params)))
    print(f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged")
    for matter in report.matters:
        if matter.retired and matter.outcome != "unchanged":
            print(f"{matter.code} {matter.name}: 已停办，发布后仍为停办 · retired, and stays so")
        for change in matter.changes:
            print(f"{matter.code} {change.label}: {change.before} → {change.after}")


@main.command()
def seed_demo(
    accounts: Annotated[Path, typer.Option(help="Where user names and passwords go")] = ROOT
    / "var"
    / "demo-accounts.json",
) -> None:
    """Fill an empty database with the example district and people to try it with."""
    renew = not accounts.exists()
    try:
        made = _in_transaction(lambda session, settings: demo.seed(session, settings, renew=renew))
    except demo.DemoRefused:
        _fail("This database has accounts of its own; demo accounts do not belong there")
    if made is not None:
        demo.write_accounts_file(accounts, made)
        print(f"{len(made)} demo accounts in {accounts}")


@main.command()
def create_admin(
    username: str,
    name: str,
    organisation: Annotated[str, typer.Option(help="Code of the organisation")],
    role: Annotated[Role, typer.Option(help="One of the three administrators")] = (
        Role.SYSTEM_ADMIN
    ),
) -> None:
    """Make a first administrator; the one-time password is printed this once."""
    if role not in ADMINISTRATORS:
        _fail(f"{role} is no administrator; the security administrator gives other roles")
    password = passwords.one_time_password()

    async def create(session: AsyncSession, _: Settings) -> None:
        unit = (await get_tree(session)).find(organisation)
        if unit is None:
            _fail(f"No organisation {organisation}: import the tree first")
        if await session.scalar(select(Staff.id).where(Staff.username == username.lower())):
            _fail(f"There is a {username} already")
        staff = Staff(
            username=username.lower(),
            name=name,
            organisation_id=unit.id,
            password_hash=passwords.hash_now(password),
            must_change_password=True,
        )
        session.add(staff)
        await session.flush()
        session.add(GrantRow(staff_id=staff.id, role=role, organisation_id=unit.id))
        await audit.record(
            session,
            actor=None,
            action="account.created",
            subject=f"staff:{staff.username}",
            details={"given": [f"{role}@{organisation}"]},
        )

    _in_transaction(create)
    print(f"{username.lower()}  {password}")


@main.command()
def run(
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535)] = 8000,
    host: str = "127.0.0.1",
    data: Annotated[Path, typer.Option(help="Folder of databases and files")] = ROOT / "var",
    workers: Annotated[int, typer.Option(min=1, max=64)] = 2,
    demo: Annotated[bool, typer.Option(help="Seed the example district once")] = True,
    dev: Annotated[bool, typer.Option(help="Reload on changes, Vite for both SPAs")] = False,
    devices: Annotated[
        Literal["virtual"] | None, typer.Option(help="A counter without hardware")
    ] = None,
) -> None:
    """Start everything: PostgreSQL, Valkey, worker, API and pages; Ctrl-C stops it."""
    code = serve(
        port,
        host=host,
        data_dir=data,
        workers=workers,
        demo=demo,
        dev=dev,
        virtual_devices=devices == "virtual",
    )
    raise typer.Exit(code)


@auditing.command("verify")
def verify_audit() -> None:
    """Recompute every case's history, the daily seals and the audit log; name what is broken."""
    try:
        counts = _in_transaction(_verify)
    except NoSealKey as missing:
        _fail(str(missing))
    if counts.findings:
        _fail(f"{counts.findings} findings: history is not what it was")
    print(f"{counts.cases} cases, {counts.days} sealed days and the audit log are whole")


@auditing.command("seal")
def seal_histories() -> None:
    """Seal with the current key what an upgrade left unsealed or an earlier key has sealed."""
    after: UUID | None = None
    sealed = refused = 0
    while True:
        batch = _in_transaction(partial(_seal_batch, after))
        sealed += batch.sealed
        refused += len(batch.refused)
        for finding in batch.refused:
            print(finding)
        if batch.last is None:
            break
        after = batch.last
    print(f"{sealed} histories sealed")
    if refused:
        _fail(f"{refused} left as they are: they do not hold")


async def _seal_batch(after: UUID | None, session: AsyncSession, _: Settings) -> Resealed:
    batch = await reseal(session, after)
    if batch.sealed:
        await audit.record(
            session,
            actor=None,
            action="histories.sealed",
            subject="cases",
            details={"cases": batch.sealed},
        )
    return batch


@auditing.command("keys")
def seal_keys() -> None:
    """The public halves of the keys that sign the daily seals, for TONGBAN_SEAL_PUBLIC_KEYS."""
    _use_what_runs_here()
    try:
        keys = verifying_keys(get_settings())
    except NoSealKey as missing:
        _fail(str(missing))
    print(",".join(key.public_bytes_raw().hex() for key in keys))


@dataclass
class _Checked:
    cases: int = 0
    days: int = 0
    findings: int = 0

    def tell(self, finding: object) -> None:
        self.findings += 1
        print(finding)


async def _verify(session: AsyncSession, settings: Settings) -> _Checked:
    # One snapshot: what is written meanwhile must not look like tampering.
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    checked = _Checked()
    async for chain in verify_chains(session):
        if isinstance(chain, int):
            checked.cases = chain
        else:
            checked.tell(chain)
    async for finding in verify_presence(session):
        checked.tell(finding)
    async for day in verify_seals(session, settings):
        if isinstance(day, Finding):
            checked.tell(day)
        else:
            checked.days += 1
    for line in await trail.verify(session):
        checked.tell(line)
    return checked


@main.command()
def openapi(file: Annotated[Path | None, typer.Argument(dir_okay=False)] = None) -> None:
    """Write the contract to FILE, or print it."""
    text = contract()
    if file is None:
        print(text, end="")
    else:
        file.write_text(text, encoding="utf-8")


def contract() -> str:
    """The OpenAPI document as it is committed. Needs no servers and no secrets."""
    nowhere = Settings(
        database_url="postgresql+asyncpg://nobody@127.0.0.1/none",
        redis_url="redis://127.0.0.1",
        secret_key="x" * 32,
        data_keys="x:" + "0" * 32,
        index_key="x" * 32,
    )
    content = create_app(nowhere).openapi()
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _in_transaction(work: Callable[[AsyncSession, Settings], Awaitable[T]]) -> T:
    """Do `work` in one transaction under the application's login."""

    _use_what_runs_here()

    async def transact() -> T:
        settings = get_settings()
        engine = make_engine(settings.database_url, pool=1)
        try:
            async with make_sessions(engine).begin() as session:
                return await work(session, settings)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(transact())
    except OSError as error:
        _fail(f"The database does not answer ({error}): start it with make run")


def _use_what_runs_here() -> None:
    """Where the environment names no database, work on the one that `make run` serves."""
    if "TONGBAN_DATABASE_URL" in os.environ:
        return
    file = ROOT / "var" / ENVIRONMENT
    if not file.exists():
        _fail("Nothing runs here: start it with make run, or set TONGBAN_DATABASE_URL")
    os.environ |= secret_file.read(file)


def _read_json(file: Path) -> Any:
    try:
        # Editors on Windows put a mark before UTF-8.
        return orjson.loads(file.read_bytes().removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        _fail(f"{file}: 不是 UTF-8 编码的 JSON 文件，请另存后重试 / not JSON in UTF-8: {error}")


def _both(text: Text) -> str:
    return f"{text.say('zh')} / {text.say('en')}"


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    main()
