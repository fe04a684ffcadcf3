"""Whoever holds the database cannot rewrite it: chains, daily seals, `tongban audit verify`."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.cases.conftest import Office
from tests.cases.tampering import decided, of, rewrite, seal, verify
from tests.support.applications import application
from tongban.cases import jobs
from tongban.cases.events import REWRITTEN
from tongban.cases.seals import NoSealKey, SealConflict, merkle_root
from tongban.cli import main
from tongban.core.settings import get_settings

pytestmark = pytest.mark.slow

DESHENG, HOME = "110102010", "110102010002"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


async def test_all_is_whole(office: Office, clock: time_machine.Traveller, tmp_path: Path) -> None:
    await decided(office)
    whole = await verify()
    assert whole.exit_code == 0, whole.output
    assert whole.output == "1 cases, 0 sealed days and the audit log are whole\n"
    clock.move_to(MONDAY + timedelta(days=3))
    await decided(office)
    assert await seal(office) == 3
    exported(tmp_path, "notes").write_text("not a seal")
    whole = await verify()
    assert whole.output == "2 cases, 3 sealed days and the audit log are whole\n"


async def test_a_day_is_sealed_once_and_only_when_it_has_settled(
    office: Office, clock: time_machine.Traveller
) -> None:
    assert await seal(office) == 0
    await decided(office)
    clock.move_to(datetime(2026, 11, 24, 0, 59, tzinfo=UTC))
    assert await seal(office) == 0
    clock.move_to(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    assert await seal(office) == 1
    assert await seal(office) == 0


async def test_two_workers_seal_each_day_once(
    office: Office, clock: time_machine.Traveller
) -> None:
    await decided(office)
    clock.move_to(MONDAY + timedelta(days=3))
    await asyncio.gather(seal(office), seal(office))
    assert office.tamper("SELECT count(*) FROM daily_seals") == "3"
    assert (await verify()).exit_code == 0


async def test_a_seal_needs_a_key(office: Office) -> None:
    keyless = get_settings().model_copy(update={"seal_keys": type(get_settings().seal_keys)("")})
    with pytest.raises(NoSealKey):
        await jobs.seal_days(office.worker, keyless)


async def test_who_audits_needs_no_key_that_signs(
    office: Office, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decided(office)
    clock.move_to(MONDAY + timedelta(days=3))
    await seal(office)
    printed = await asyncio.to_thread(CliRunner().invoke, main, ["audit", "keys"])
    public = printed.output.strip()
    for shown, words in ((public, "are whole"), ("00" * 31 + "01", "the signature is not ours")):
        monkeypatch.setenv("TONGBAN_SEAL_KEYS", "")
        monkeypatch.setenv("TONGBAN_SEAL_PUBLIC_KEYS", shown)
        get_settings.cache_clear()
        assert words in (await verify()).output


async def test_whatever_is_done_to_a_history_is_found(
    office: Office, clock: time_machine.Traveller
) -> None:
    edited, removed, cut_off, cut_back, rewritten, deleted, whole = [
        await decided(office) for _ in range(7)
    ]
    await tamper_with_all(office, edited, removed, cut_off, cut_back, rewritten, deleted)
    found = await verify()
    assert found.exit_code == 1
    assert set(found.stdout.splitlines()) == {
        f"case {edited}: event 2: edited, removed or cut off",
        f"case {removed}: event 1: edited, removed or cut off",
        f"case {cut_off}: event 2: edited, removed or cut off",
        f"case {cut_back}: event 1: {REWRITTEN}",
        f"case {rewritten}: event 2: {REWRITTEN}",
        "numbers of 110102010 on 2026-11-23: 7 were given, 6 cases are there",
    }
    assert whole not in found.output


async def test_once_sealed_a_rewritten_history_is_found_too(
    office: Office, clock: time_machine.Traveller
) -> None:
    edited, removed, cut_off, cut_back, rewritten, deleted, whole = [
        await decided(office) for _ in range(7)
    ]
    clock.move_to(MONDAY + timedelta(days=1))
    await seal(office)
    await tamper_with_all(office, edited, removed, cut_off, cut_back, rewritten, deleted)
    found = await verify()
    assert found.exit_code == 1
    assert set(found.stdout.splitlines()) == {
        f"case {edited}: event 2: edited, removed or cut off",
        f"case {removed}: event 1: edited, removed or cut off",
        f"case {cut_off}: event 2: edited, removed or cut off",
        f"case {cut_back}: event 1: {REWRITTEN}",
        f"case {rewritten}: event 2: {REWRITTEN}",
        f"case {cut_off}: event 2: not what was sealed on 2026-11-23",
        f"case {cut_back}: event 2: not what was sealed on 2026-11-23",
        f"case {rewritten}: event 2: not what was sealed on 2026-11-23",
        f"case {deleted}: deleted, though sealed on 2026-11-23",
        "numbers of 110102010 on 2026-11-23: 7 were given, 6 cases are there",
    }
    assert whole not in found.output


async def tamper_with_all(
    office: Office,
    edited: str,
    removed: str,
    cut_off: str,
    cut_back: str,
    rewritten: str,
    deleted: str,
) -> None:
    """Each in another way, as somebody with the database administrator's rights can."""
    await rewrite(office, rewritten)
    office.tamper(
        f"UPDATE events SET comment = '改过' WHERE seq = 2 AND case_id = {of(edited)};"
        f"DELETE FROM events WHERE seq = 1 AND case_id = {of(removed)};"
        f"DELETE FROM events WHERE seq = 2 AND case_id = {of(cut_off)};"
        f"UPDATE cases SET version = 1, head_hash = (SELECT hash FROM events WHERE seq = 1"
        f" AND case_id = cases.id) WHERE number = '{cut_back}';"
        f"DELETE FROM events WHERE seq = 2 AND case_id = {of(cut_back)};"
        f"{DELETED.format(number=deleted)}{AND_ITS_HISTORY}"
    )


async def test_a_rewritten_history_is_seen_by_who_opens_the_case(
    office: Office, clock: time_machine.Traveller
) -> None:
    rewritten, whole = await decided(office), await decided(office)
    await rewrite(office, rewritten)
    clerk = await office.person("clerk", DESHENG)
    for number, intact in ((rewritten, False), (whole, True)):
        history = await clerk.get(f"/cases/{number}/events")
        assert (history.status, history.body["intact"]) == (200, intact)


async def test_what_was_rewritten_is_not_archived_as_true(office: Office) -> None:
    rewritten, whole = await decided(office), await decided(office)
    for number in (rewritten, whole):
        await office.act("clerk", DESHENG, number, "issue")
        await office.act("clerk", DESHENG, number, "archive")
    await rewrite(office, rewritten)
    assert await jobs.build_archives(office.worker, get_settings()) == 1
    waiting = "SELECT number FROM cases JOIN archives ON case_id = id WHERE file_id IS NULL"
    assert office.tamper(waiting) == rewritten


DELETED = """
CREATE TEMPORARY TABLE gone AS SELECT id FROM cases WHERE number = '{number}';
DELETE FROM outbox WHERE case_id IN (SELECT id FROM gone);
DELETE FROM case_scope WHERE case_id IN (SELECT id FROM gone);
DELETE FROM case_personal WHERE case_id IN (SELECT id FROM gone);
DELETE FROM case_materials WHERE case_id IN (SELECT id FROM gone);
DELETE FROM tasks WHERE case_id IN (SELECT id FROM gone);
DELETE FROM cases WHERE id IN (SELECT id FROM gone);
"""
AND_ITS_HISTORY = "DELETE FROM events WHERE case_id IN (SELECT id FROM gone);"


async def test_a_history_without_its_case_is_found(office: Office) -> None:
    number = await decided(office)
    case_id = (await office.case(number)).id
    office.tamper(DELETED.format(number=number))
    found = await verify()
    assert found.exit_code == 1
    assert f"case {case_id}: deleted, only its history is left\n" in found.stdout


async def test_a_draft_that_its_writer_threw_away_is_no_finding(
    office: Office, clock: time_machine.Traveller
) -> None:
    clerk = await office.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, submit=False)
    at_once, sealed = [(await clerk.post("/cases", body)).body["id"] for _ in range(2)]
    assert (await clerk.call("DELETE", f"/cases/{at_once}")).status == 204
    assert (await verify()).exit_code == 0
    clock.move_to(MONDAY + timedelta(days=1))
    await seal(office)
    clerk = await office.person("clerk", DESHENG)
    assert (await clerk.call("DELETE", f"/cases/{sealed}")).status == 204
    whole = await verify()
    assert whole.exit_code == 0, whole.output


async def test_a_case_slipped_into_a_sealed_day_is_found(
    office: Office, clock: time_machine.Traveller
) -> None:
    await decided(office)
    clock.move_to(MONDAY + timedelta(days=1))
    await seal(office)
    clock.move_to(MONDAY)
    late = await decided(office)
    clock.move_to(MONDAY + timedelta(days=1))
    found = await verify()
    assert f"case {late}: event 2: dated 2026-11-23, but was not there when it was sealed" in (
        found.output
    )


async def test_a_changed_seal_is_found(
    office: Office, clock: time_machine.Traveller, tmp_path: Path
) -> None:
    await decided(office)
    clock.move_to(MONDAY + timedelta(days=3))
    assert await seal(office) == 3
    office.tamper("CREATE TABLE kept AS TABLE daily_seals")
    for tampering, words in (
        ("DELETE FROM daily_seals WHERE day < '2026-11-24'", "was removed from the database"),
        ("UPDATE daily_seals SET cases = 7", "the seal in the database is not the exported one"),
        ("UPDATE daily_seals SET signature = ''", "in the database is not the exported one"),
    ):
        office.tamper(tampering)
        found = await verify()
        assert found.exit_code == 1
        assert "day 2026-11-23: " in found.stdout
        assert words in found.stdout
        office.tamper("DELETE FROM daily_seals; INSERT INTO daily_seals TABLE kept")
    assert (await verify()).exit_code == 0


async def test_a_changed_export_is_found(
    office: Office, clock: time_machine.Traveller, tmp_path: Path
) -> None:
    await decided(office)
    clock.move_to(MONDAY + timedelta(days=1))
    await seal(office)
    file = exported(tmp_path, "2026-11-23")
    kept = file.read_bytes()
    for field, value, words in (
        ("heads", [], "the exported hashes are not those that were sealed"),
        ("signature", "00" * 64, "the signature is not ours"),
        ("cases", 2, "the signature is not ours"),
        ("prev", "11" * 32, "does not follow the seal before"),
    ):
        file.write_bytes(orjson.dumps(orjson.loads(kept) | {field: value}))
        found = await verify()
        assert found.exit_code == 1
        assert f"day 2026-11-23: {words}" in found.stdout


def exported(tmp_path: Path, day: str) -> Path:
    return tmp_path / "seals" / "seals" / f"{day}.json"


async def test_a_lost_export_and_days_that_nobody_seals_are_found(
    office: Office, clock: time_machine.Traveller, tmp_path: Path
) -> None:
    await decided(office)
    clock.move_to(MONDAY + timedelta(days=1))
    await decided(office)
    await seal(office)
    exported(tmp_path, "2026-11-23").unlink()
    clock.move_to(MONDAY + timedelta(days=4))
    found = await verify()
    assert "day 2026-11-23: its exported seal is missing or cannot be read" in found.output
    assert "day 2026-11-24: finished, but this and all since are unsealed" in found.output


async def test_a_crash_between_export_and_note_is_made_good(
    office: Office, clock: time_machine.Traveller
) -> None:
    await decided(office)
    clock.move_to(MONDAY + timedelta(days=1))
    await seal(office)
    office.tamper("DELETE FROM daily_seals")
    assert (await verify()).exit_code == 0
    assert await seal(office) == 1
    assert (await verify()).exit_code == 0


async def test_what_was_exported_is_never_replaced(
    office: Office, clock: time_machine.Traveller
) -> None:
    number = await decided(office)
    clock.move_to(MONDAY + timedelta(days=1))
    await seal(office)
    office.tamper("DELETE FROM daily_seals")
    await rewrite(office, number)
    with pytest.raises(SealConflict):
        await seal(office)
    assert f"case {number}: event 2" in (await verify()).output


async def test_old_days_verify_under_an_old_key(
    office: Office, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decided(office)
    clock.move_to(MONDAY + timedelta(days=1))
    await seal(office)
    old = get_settings().seal_keys.get_secret_value()
    monkeypatch.setenv("TONGBAN_SEAL_KEYS", f"{'ab' * 32},{old}")
    get_settings.cache_clear()
    clock.move_to(MONDAY + timedelta(days=2))
    await seal(office)
    assert (await verify()).exit_code == 0
    monkeypatch.setenv("TONGBAN_SEAL_KEYS", "ab" * 32)
    get_settings.cache_clear()
    assert "day 2026-11-23: the signature is not ours" in (await verify()).output


@given(st.lists(st.binary(min_size=1, max_size=8), max_size=12), st.data())
def test_the_root_depends_on_every_leaf_and_their_order(
    leaves: list[bytes], data: st.DataObject
) -> None:
    other = data.draw(st.lists(st.binary(min_size=1, max_size=8), max_size=12))
    assert (merkle_root(leaves) == merkle_root(other)) == (leaves == other)
