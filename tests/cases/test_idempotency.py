"""The same key never makes two cases: on a retry, at the same time, after a crash."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import func, select, text

from tests.cases.conftest import Office
from tests.support.applications import application
from tests.support.database import http_client, using
from tests.support.district import District, Person
from tests.support.waiting import until
from tongban.cases.models import Case
from tongban.core import readers as core_readers
from tongban.core.db import make_engine, make_sessions
from tongban.core.readers import Readers
from tongban.core.settings import get_settings
from tongban.demo.seed import seed
from tongban.runtime import Services

DESHENG, HOME = "110102010", "110102010002"
KEY = {"Idempotency-Key": "counter-3-20261124-0001"}


async def test_a_retry_gets_the_first_case(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME)
    first = await clerk.post("/cases", body, **KEY)
    again = await clerk.post("/cases", body, **KEY)
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body


async def test_a_retry_shows_the_case_as_it_is_now(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME)
    number = (await clerk.post("/cases", body, **KEY)).body["number"]
    reviewer = await district.person("reviewer", DESHENG)
    assert (await reviewer.act(number, "approve")).status == 200
    assert (await clerk.post("/cases", body, **KEY)).body["status"] == "concluded"


async def test_another_body_under_the_same_key_is_refused(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    await clerk.post("/cases", application("ST-MZ-008", HOME), **KEY)
    answer = await clerk.post("/cases", application("ST-RK-001", HOME), **KEY)
    assert (answer.status, answer.code) == (422, "idempotency_key_reused")


async def test_keys_belong_to_their_user(district: District) -> None:
    body = application("ST-MZ-008", HOME)
    first = await (await district.person("clerk", DESHENG)).post("/cases", body, **KEY)
    other = await (await district.person("clerk", HOME)).post("/cases", body, **KEY)
    assert other.status == 201
    assert other.body["number"] != first.body["number"]


async def test_a_refused_application_leaves_its_key_free(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    assert (await clerk.post("/cases", application("ST-MZ-008", "1"), **KEY)).status == 422
    assert (await clerk.post("/cases", application("ST-MZ-008", HOME), **KEY)).status == 201


async def test_an_action_is_taken_once(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    number = (await clerk.post("/cases", application("ST-MZ-008", HOME))).body["number"]
    reviewer = await district.person("reviewer", DESHENG)
    path, body = f"/cases/{number}/actions", {"action": "approve"}
    first = await reviewer.post(path, body, **KEY)
    again = await reviewer.post(path, body, **KEY)
    assert (first.status, again.status) == (200, 200)
    assert again.body["version"] == first.body["version"]
    assert (await reviewer.post(path, body)).code == "action_not_allowed"


@pytest_asyncio.fixture
async def at_once(app: FastAPI, services: Services, template: str) -> AsyncIterator[District]:
    """The district over a database of its own, where requests truly run side by side."""
    name = "tongban_test_at_once"
    services.drop_database(name)
    urls = services.create_database(name, template)
    engine = make_engine(urls.app, pool=10)
    sessions = make_sessions(engine)
    async with sessions.begin() as session:
        await seed(session, get_settings(), renew=False)
    async with aclosing(Readers(urls.app, 2, sessions)) as readers:
        with using(app, engine=engine, sessions=sessions, readers=readers):
            async with sessions() as session, http_client(app) as client:
                yield District(client, session, sessions)
    await engine.dispose()
    services.drop_database(name)


async def signed_in(district: District) -> Person:
    clerk = await district.person("clerk", DESHENG)
    await district.session.commit()
    return clerk


async def test_ten_at_once_with_one_key_make_one_case(at_once: District) -> None:
    clerk = await signed_in(at_once)
    body = application("ST-MZ-008", HOME)
    answers = await asyncio.gather(*(clerk.post("/cases", body, **KEY) for _ in range(10)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["number"] for answer in answers}) == 1
    assert await at_once.session.scalar(select(func.count()).select_from(Case)) == 1


async def test_numbers_of_a_day_have_no_gap_and_no_double(at_once: District) -> None:
    clerk = await signed_in(at_once)
    good, bad = application("ST-MZ-008", HOME), application("ST-MZ-008", "1")
    bodies = [good, bad] * 10
    answers = await asyncio.gather(*(clerk.post("/cases", body) for body in bodies))
    numbers = sorted(answer.body["number"] for answer in answers if answer.status == 201)
    assert [int(number[-5:]) for number in numbers] == list(range(1, 11))


async def test_one_of_two_decisions_at_once_wins(at_once: District) -> None:
    clerk = await signed_in(at_once)
    number = (await clerk.post("/cases", application("ST-MZ-008", HOME))).body["number"]
    reviewer = await at_once.person("reviewer", DESHENG)
    await at_once.session.commit()
    answers = await asyncio.gather(
        reviewer.act(number, "approve"), reviewer.act(number, "deny", comment="不符合条件")
    )
    assert sorted(answer.status for answer in answers) == [200, 409]


async def test_a_connection_lost_in_the_middle_is_said_and_makes_nothing(office: Office) -> None:
    clerk = await office.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME)
    waiting = "SELECT pid FROM pg_locks WHERE NOT granted"

    async def waits() -> bool:
        return bool(await asyncio.to_thread(office.tamper, waiting))

    async with office.worker.begin() as session:
        await session.execute(text("LOCK TABLE idempotency_keys IN EXCLUSIVE MODE"))
        lost = asyncio.create_task(clerk.post("/cases", body, **KEY))
        await until(waits)
        office.tamper(f"SELECT pg_terminate_backend(pid) FROM ({waiting}) AS w")
        answer = await lost
    assert (answer.status, answer.code) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert office.tamper("SELECT count(*) FROM cases") == "0"
    assert (await clerk.post("/cases", body, **KEY)).status == 201


async def test_waiting_for_a_connection_ends_in_an_honest_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await office.person("clerk", DESHENG)
    monkeypatch.setattr(core_readers, "PATIENCE", 0.2)
    readers = office.readers
    held = [await readers.take() for _ in range(readers.size)]
    answer = await clerk.get("/tasks")
    assert (answer.status, answer.code) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    for lent in held:
        readers.give_back(lent)
    assert (await clerk.get("/tasks")).status == 200


async def test_a_stale_version_is_refused(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = await clerk.post("/cases", application("ST-MZ-008", HOME))
    number, seen = case.body["number"], case.headers["ETag"]
    reviewer = await district.person("reviewer", DESHENG)
    path = f"/cases/{number}/actions"
    assert (await reviewer.post(path, {"action": "claim"}, **{"If-Match": seen})).status == 200
    stale = await reviewer.post(path, {"action": "approve"}, **{"If-Match": seen})
    assert (stale.status, stale.code) == (412, "stale_version")
    edit = await clerk.call("PATCH", f"/cases/{number}", json={"issuing_code": HOME})
    assert (edit.status, edit.code) == (428, "version_required")
