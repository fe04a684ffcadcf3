"""Each history ends in a keyed seal: what is rewritten, left unsealed or sealed with an old key."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner, Result

from tests.cases.conftest import Office
from tests.cases.tampering import DESHENG, HOME, decided, rewrite, verify
from tests.guards.test_migrations import alembic
from tests.support.applications import application
from tongban.cases.events import seal_head
from tongban.cli import main
from tongban.core.privacy import get_keys
from tongban.core.settings import get_settings

pytestmark = pytest.mark.slow


async def test_a_decision_written_into_the_case_alone_is_found(office: Office) -> None:
    number = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    office.tamper(
        f"UPDATE cases SET status = 'concluded', outcome = 'approved' WHERE number = '{number}'"
    )
    assert f"case {number}: event 1: the case's status is not what" in (await verify()).stdout


async def reseal() -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["audit", "seal"])


async def test_what_an_upgrade_left_unsealed_is_named_and_sealed_once(office: Office) -> None:
    numbers = [await decided(office) for _ in range(3)]
    forged, behind, whole = numbers
    early = (await office.case(behind)).id
    first = office.tamper(
        f"SELECT encode(hash, 'hex') FROM events WHERE seq = 1 AND case_id = '{early}'"
    )
    seal_of_first = seal_head(early, 1, bytes.fromhex(first)).hex()
    await rewrite(office, forged)
    office.tamper(
        f"UPDATE cases SET head_seal = NULL WHERE number = '{whole}';"
        f"UPDATE cases SET head_seal = '\\x{seal_of_first}' WHERE number = '{behind}';"
    )
    assert f"case {whole}: event 2: never sealed" in (await verify()).stdout
    done = await reseal()
    assert done.exit_code == 1
    assert "2 histories sealed\n" in done.stdout
    assert f"case {forged}: event 2: history and case were rewritten" in done.stdout
    found = (await verify()).stdout
    assert forged in found
    assert whole not in found
    assert behind not in found
    assert "0 histories sealed" in (await reseal()).stdout
    assert office.tamper("SELECT details FROM audit_log WHERE action = 'histories.sealed'") == (
        '{"cases": 2}'
    )


@pytest.mark.parametrize("configured", ["t1:00112233445566778899aabbccddeeff", ""])
async def test_the_upgrade_seals_what_is_there_where_it_has_the_key(
    office: Office, monkeypatch: pytest.MonkeyPatch, configured: str
) -> None:
    number = await decided(office)
    await office.district.session.commit()
    with monkeypatch.context() as patched:
        patched.setenv("TONGBAN_DATA_KEYS", configured)
        await alembic(office.urls, ("downgrade", "0011"), ("upgrade", "head"))
    found = await verify()
    if configured:
        assert found.exit_code == 0, found.output
    else:
        assert f"case {number}: event 2: never sealed" in found.stdout


async def test_an_earlier_key_can_go_once_all_is_sealed_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decided(office)
    old = get_settings().data_keys.get_secret_value()
    new = "t2:ffeeddccbbaa99887766554433221100"
    with keys(monkeypatch, f"{new},{old}"):
        assert (await verify()).exit_code == 0
        assert "1 histories sealed" in (await reseal()).stdout
    with keys(monkeypatch, new):
        assert (await verify()).exit_code == 0
    with keys(monkeypatch, old):
        assert "the seal is not ours" in (await verify()).stdout


@contextmanager
def keys(monkeypatch: pytest.MonkeyPatch, configured: str) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TONGBAN_DATA_KEYS", configured)
        get_settings.cache_clear()
        get_keys.cache_clear()
        yield
    get_settings.cache_clear()
    get_keys.cache_clear()
