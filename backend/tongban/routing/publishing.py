"""Definitions on their way into force: checks, publishing, import."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.problems import FieldError, NotFound
from tongban.core.texts import Language, Text
from tongban.core.validation import path_of
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.identity.models import GrantRow, Staff
from tongban.identity.roles import Role
from tongban.matters.answers import ImportReport
from tongban.matters.catalogue import by_code, draft_of, published_of
from tongban.matters.checks import Finding, check_content
from tongban.matters.drafts import check_revision
from tongban.matters.importing import (
    last_numbers,
    lock_catalogue,
    plan_import,
    publish_contents,
    read_matters,
)
from tongban.matters.models import MatterVersion
from tongban.matters.places import at, matter_title, place_in
from tongban.matters.policy import demand_editor
from tongban.matters.problems import BrokenCatalogue, NothingChanged, WrongMatterStatus
from tongban.matters.schemas import Content
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Kind, Tree
from tongban.routing import checks, rules
from tongban.routing.definitions import BrokenDefinition, parse_definition
from tongban.routing.problems import NotPublishable
from tongban.routing.schemas import CheckReport, FindingOut
from tongban.routing.service import process_errors, steps_of
from tongban.routing.texts import text_of

_OVERTAKEN = Text(
    "草稿开始编辑后，该事项又发布了第 {number} 版，请先核对差异",
    "Version {number} was published after this draft was begun; compare them first",
)
_RETIRED = Text("事项已停办，发布后仍须恢复才能受理", "The matter is retired and will stay so")
_NO_TREE = Text("请先导入组织机构", "Import the organisations first")
_AT_COUNTERS = (Role.CLERK, Role.PRE_REVIEWER)

# Accounts come after the catalogue when a district is set up: an import does not ask for them.
_STAFFING = frozenset({"nobody_anywhere", "nobody_in_places"})


async def staffed(session: AsyncSession, tree: Tree) -> checks.Staffed:
    """Roles that somebody active holds, with the organisation they are held for: counter staff
    at a window or a community's station work for the hall or the community."""
    rows = await session.execute(
        select(GrantRow.role, GrantRow.organisation_id)
        .join(Staff, Staff.id == GrantRow.staff_id)
        .where(Staff.active)
        .distinct()
    )
    known = ((row.role, tree.get(row.organisation_id)) for row in rows)
    return frozenset(
        (role, tree.counter_of(unit).id if role in _AT_COUNTERS else unit.id)
        for role, unit in known
        if unit is not None
    )


def check(
    content: Content, tree: Tree, holders: checks.Staffed, *, inherited_guide: bool
) -> list[Finding]:
    """Everything that stands against publishing this content, errors first."""
    found = check_content(content, inherited_guide=inherited_guide)
    try:
        definition = parse_definition(steps_of(content))
    except BrokenDefinition as broken:
        errors = process_errors(broken)
        found += [Finding(e.code, "error", e.pointer, e.text, _step(content, e)) for e in errors]
    else:
        routed = checks.check_definition(
            definition,
            level=rules.Level(content.level),
            scope=rules.Scope(content.cross_handling_scope),
            tree=tree,
            staffed=holders,
            promised_days=content.promised_days,
            statutory_days=content.statutory_days or None,
            mode=rules.AcceptanceMode(content.acceptance_mode),
            fields=_fields(content),
        )
        found += _pointed(content, routed)
    return sorted(found, key=lambda finding: finding.severity)


def _step(content: Content, error: FieldError) -> str | None:
    index = error.pointer.removeprefix("/process/").partition("/")[0]
    return content.process[int(index)].key if index.isdigit() else None


def _fields(content: Content) -> Mapping[str, Mapping[str, Any]]:
    return {field.key: field.model_dump(exclude_none=True) for field in content.form}


def _pointed(content: Content, routed: Sequence[checks.Finding]) -> Iterator[Finding]:
    places = {step.key: index for index, step in enumerate(content.process)}
    for found in routed:
        if found.step in places:
            pointer = f"/process/{places[found.step]}/{found.field or ''}".rstrip("/")
        else:
            pointer = "/promised_days" if found.field == "promised_days" else "/process"
        yield Finding(found.code, found.severity, pointer, text_of(found), found.step)


async def check_draft(session: AsyncSession, code: str, language: Language) -> CheckReport:
    """What publishing the draft would say. Raises `NotFound`."""
    found = await _check_draft(session, code)
    return CheckReport(
        publishable=not any(finding.severity == "error" for finding in found),
        findings=[
            FindingOut(
                code=finding.code,
                severity=finding.severity,
                pointer=finding.pointer,
                step=finding.step,
                message=finding.text.say(language),
            )
            for finding in found
        ],
    )


async def _check_draft(session: AsyncSession, code: str) -> list[Finding]:
    matter = await by_code(session, code)
    draft, published = await draft_of(session, matter), await published_of(session, matter)
    if draft is None:
        raise NotFound
    content = _content(draft)
    inherited = published is not None and _content(published).guide == content.guide
    tree = await get_tree(session)
    found = check(content, tree, await staffed(session, tree), inherited_guide=inherited)
    if published is not None and published.number != draft.base:
        text = _OVERTAKEN.using(number=published.number)
        found.append(Finding("draft_overtaken", "warning", "", text))
    if matter.status == "retired":
        found.append(Finding("matter_retired", "warning", "", _RETIRED))
    return found


def _content(version: MatterVersion) -> Content:
    """What it says today; fields that came later have their defaults."""
    return Content.model_validate(version.content)


async def publish(
    session: AsyncSession, actor: Actor, code: str, note: str, if_match: str | None
) -> None:
    """Put the draft into force.

    Raises `NotFound`, `Forbidden`, `StaleVersion`, `NothingChanged`, and `NotPublishable` with
    every error.
    """
    await lock_catalogue(session)
    matter = await by_code(session, code, lock=True)
    demand_editor(await get_tree(session), actor)
    draft, published = await draft_of(session, matter), await published_of(session, matter)
    if draft is None:
        raise NotFound
    check_revision(draft, if_match, required=False)
    if published is not None and _content(published) == _content(draft):
        raise NothingChanged
    refuse(await _check_draft(session, code))
    number = (await last_numbers(session, [matter.id])).get(matter.id, 0) + 1
    await session.execute(
        update(MatterVersion)
        .where(MatterVersion.matter_id == matter.id, MatterVersion.state == "published")
        .values(state="superseded")
    )
    draft.state, draft.number, draft.note = "published", number, note
    draft.published_at, draft.published_by = clock.now(), actor.staff_id
    if matter.status == "draft":
        matter.status = "active"
    await session.flush()
    await audit.record(
        session,
        actor=actor,
        action="catalogue.published",
        subject=f"matter:{code}",
        details={"version": number, "note": note, "digest": draft.digest.hex()},
    )


def refuse(found: Sequence[Finding]) -> None:
    """Raise `NotPublishable` if there is an error among the findings."""
    errors = [FieldError(f.pointer, f.code, f.text) for f in found if f.severity == "error"]
    if errors:
        raise NotPublishable(errors=errors, count=len(errors))


async def reactivate(session: AsyncSession, actor: Actor, code: str, reason: str) -> None:
    """Bring a retired matter back, if its version still leads somewhere on today's tree.

    Raises `NotFound`, `Forbidden`, `WrongMatterStatus`, `NotPublishable`.
    """
    matter = await by_code(session, code, lock=True)
    tree = await get_tree(session)
    demand_editor(tree, actor)
    published = await published_of(session, matter)
    if matter.status != "retired" or published is None:
        raise WrongMatterStatus
    refuse(check(_content(published), tree, await staffed(session, tree), inherited_guide=True))
    matter.status = "active"
    await session.flush()
    await audit.record(
        session,
        actor=actor,
        action="catalogue.reactivated",
        subject=f"matter:{code}",
        reason=reason,
    )


async def import_matters(
    session: AsyncSession,
    data: Any,
    actor: Actor | None = None,
    *,
    dry_run: bool = False,
    language: Language = "zh",
) -> ImportReport:
    """Publish a new version of every matter that is new or changed.

    `dry_run` only checks and reports. Without an actor it is the operator's command line.
    Raises `Forbidden`, and `BrokenCatalogue` with every error of every matter; then nothing has
    changed.
    """
    tree = await get_tree(session)
    if actor is not None:
        demand_editor(tree, actor)
    if not tree.of_kind(Kind.COMMUNITY):
        raise BrokenCatalogue(count=1, errors=[FieldError("", "no_organisations", _NO_TREE)])
    contents = read_matters(data)
    if not dry_run:
        await lock_catalogue(session)
    report = await plan_import(session, contents, language)
    changed = [
        content
        for content, line in zip(contents, report.matters, strict=True)
        if line.outcome != "unchanged"
    ]
    errors = [error for content in changed for error in _import_errors(content, tree)]
    if errors:
        raise BrokenCatalogue(count=len(errors), errors=errors)
    if changed and not dry_run:
        await publish_contents(session, changed, actor)
        await audit.record(
            session,
            actor=actor,
            action="catalogue.imported",
            subject="catalogue",
            details={"matters": [content.code for content in changed]},
        )
    return report


def _import_errors(content: Content, tree: Tree) -> list[FieldError]:
    said = content.model_dump(mode="json")
    title = matter_title(said, 0)
    found = check(content, tree, frozenset(), inherited_guide=True)
    return [
        FieldError(
            f"/{content.code}{finding.pointer}",
            finding.code,
            at(title, finding.text if finding.placed else _with_place(said, finding)),
        )
        for finding in found
        if finding.severity == "error" and finding.code not in _STAFFING
    ]


def _with_place(said: Any, finding: Finding) -> Text:
    return at(place_in(said, path_of(finding.pointer)), finding.text)
