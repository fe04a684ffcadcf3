"""Drafts beside the live version, and taking matters out of service."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.problems import FieldError, Invalid, NotFound, StaleVersion, VersionRequired
from tongban.core.texts import Text
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.identity.schemas import StaffRef
from tongban.matters.answers import DraftOut
from tongban.matters.catalogue import DRAFT, by_code, draft_of, published_of
from tongban.matters.checks import check_texts
from tongban.matters.comparing import compare
from tongban.matters.importing import digest, lock_catalogue
from tongban.matters.models import Matter, MatterVersion, Offering
from tongban.matters.policy import demand_editor
from tongban.matters.problems import DraftExists, MatterExists, WrongMatterStatus
from tongban.matters.schemas import Content
from tongban.organisations.service import get_tree

_FIXED = Text("事项编码不能修改", "A matter's code does not change")


async def create_matter(session: AsyncSession, actor: Actor, content: Content) -> DraftOut:
    """A new matter, as a draft. Raises `Forbidden`, `MatterExists`, `Invalid`."""
    demand_editor(await get_tree(session), actor)
    _demand_visible(content)
    await lock_catalogue(session)
    if await session.scalar(select(Matter.id).where(Matter.code == content.code)):
        raise MatterExists(matter=content.code)
    matter = Matter(code=content.code, status=DRAFT)
    session.add(matter)
    await session.flush()
    draft = await _begin(session, actor, matter, content, base=0)
    await _record(session, actor, "catalogue.created", content.code)
    return await present(session, content.code, draft)


async def start_draft(session: AsyncSession, actor: Actor, code: str) -> DraftOut:
    """A draft from the published version. Raises `NotFound`, `Forbidden`, `DraftExists`."""
    matter = await _editable(session, actor, code)
    if await draft_of(session, matter) is not None:
        raise DraftExists
    published = await published_of(session, matter)
    if published is None:
        raise NotFound
    content = Content.model_validate(published.content)
    draft = await _begin(session, actor, matter, content, base=published.number)
    await _record(session, actor, "catalogue.draft_started", code, base=published.number)
    return await present(session, code, draft)


async def _begin(
    session: AsyncSession, actor: Actor, matter: Matter, content: Content, *, base: int
) -> MatterVersion:
    draft = MatterVersion(
        matter_id=matter.id,
        number=0,
        base=base,
        state=DRAFT,
        content=content.model_dump(mode="json"),
        digest=digest(content),
        revision=1,
        note="",
        changed_at=clock.now(),
        changed_by=actor.staff_id,
    )
    session.add(draft)
    await session.flush()
    return draft


async def get_draft(session: AsyncSession, code: str) -> DraftOut:
    """Raises `NotFound` where there is no draft."""
    return await present(session, code, await _draft(session, await by_code(session, code)))


async def save_draft(
    session: AsyncSession, actor: Actor, code: str, content: Content, if_match: str | None
) -> DraftOut:
    """Replace a draft's content.

    Raises `NotFound`, `Forbidden`, `VersionRequired`, `StaleVersion`, `Invalid`.
    """
    draft = await _draft(session, await _editable(session, actor, code))
    check_revision(draft, if_match)
    if content.code != code:
        raise Invalid.field("/code", "code_fixed", _FIXED)
    _demand_visible(content)
    changes = compare(Content.model_validate(draft.content), content)
    draft.content = content.model_dump(mode="json")
    draft.digest = digest(content)
    draft.revision += 1
    draft.changed_at = clock.now()
    draft.changed_by = actor.staff_id
    await session.flush()
    changed = [change.pointer for change in changes]
    await _record(
        session, actor, "catalogue.draft_saved", code, revision=draft.revision, changed=changed
    )
    return await present(session, code, draft)


async def discard_draft(
    session: AsyncSession, actor: Actor, code: str, if_match: str | None
) -> None:
    """Throw a draft away, and with it a matter that never was published.

    Raises `NotFound`, `Forbidden`, `VersionRequired`, `StaleVersion`.
    """
    matter = await _editable(session, actor, code)
    draft = await _draft(session, matter)
    check_revision(draft, if_match)
    await session.delete(draft)
    await session.flush()
    if matter.status == DRAFT:
        await session.execute(delete(Offering).where(Offering.matter_id == matter.id))
        await session.delete(matter)
        await session.flush()
    await _record(session, actor, "catalogue.draft_discarded", code, revision=draft.revision)


async def retire(session: AsyncSession, actor: Actor, code: str, reason: str) -> None:
    """Take a matter out of service; its cases go on. Raises `NotFound`, `Forbidden`,
    `WrongMatterStatus`."""
    matter = await _editable(session, actor, code)
    if matter.status != "active":
        raise WrongMatterStatus
    matter.status = "retired"
    await session.flush()
    await audit.record(
        session, actor=actor, action="catalogue.retired", subject=f"matter:{code}", reason=reason
    )


def check_revision(draft: MatterVersion, if_match: str | None, *, required: bool = True) -> None:
    """Raise `VersionRequired` or `StaleVersion` unless the caller has seen this revision."""
    if if_match is None and required:
        raise VersionRequired
    if if_match is not None and if_match.strip().removeprefix("W/").strip('"') != str(
        draft.revision
    ):
        raise StaleVersion


def _demand_visible(content: Content) -> None:
    """A draft may be unfinished, but what cannot be seen in it cannot be found later either.
    Raises `Invalid`."""
    errors = [FieldError(found.pointer, found.code, found.text) for found in check_texts(content)]
    if errors:
        raise Invalid(errors=errors)


async def _editable(session: AsyncSession, actor: Actor, code: str) -> Matter:
    """The matter, locked for a change. Raises `NotFound`, `Forbidden`."""
    matter = await by_code(session, code, lock=True)
    demand_editor(await get_tree(session), actor)
    return matter


async def _draft(session: AsyncSession, matter: Matter) -> MatterVersion:
    draft = await draft_of(session, matter)
    if draft is None:
        raise NotFound
    return draft


async def present(session: AsyncSession, code: str, draft: MatterVersion) -> DraftOut:
    """A draft as the API shows it."""
    writer = await session.get(Staff, draft.changed_by) if draft.changed_by else None
    return DraftOut(
        code=code,
        revision=draft.revision,
        base=draft.base,
        changed_at=draft.changed_at,
        changed_by=StaffRef(username=writer.username, name=writer.name) if writer else None,
        content=Content.model_validate(draft.content),
    )


async def _record(
    session: AsyncSession, actor: Actor, action: str, code: str, **details: object
) -> None:
    await audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"matter:{code}",
        details=details,
    )
