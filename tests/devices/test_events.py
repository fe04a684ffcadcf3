"""Event streams of pages, and what pages see while Valkey is away."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from jose import jwt
from redis.asyncio import Redis

from tests.devices.asking import CARD, shown
from tests.devices.conftest import HEARTBEAT, Hall, next_of, running
from tests.devices.test_stream import ask, bridge_of, say
from tests.support.bridge import READER
from tests.support.district import Person
from tests.support.environment import SETTINGS
from tests.support.live import free_port
from tests.support.waiting import until
from tongban.core import clock
from tongban.core.settings import get_settings
from tongban.devices.hub import Hub
from tongban.runtime.postgres import run_sql
from tongban.runtime.services import DatabaseUrls


async def test_pages_hear_nothing_personal_and_nothing_of_other_windows(hall: Hall) -> None:
    window, other = hall.window(), hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    elsewhere = await hall.paired(other)
    async with hall.servers[0].events(clerk, window) as events:
        foreign = await ask(clerk, other)
        await elsewhere.deliver(elsewhere.delivery(foreign, result=CARD))
        command_id = await ask(clerk, window)
        await bridge.deliver(bridge.delivery(command_id, result=CARD))
        told: list[dict[str, Any]] = []
        while not told or told[-1]["state"] != "done":
            event = await events.next()
            assert event is not None
            if event[0] == "command":
                told.append(event[1])
    assert [one["id"] for one in told] == [command_id, command_id]
    assert all(set(one) == {"id", "kind", "state"} for one in told)


@pytest.mark.slow
async def test_a_page_is_kept_awake_until_its_token_expires(hall: Hall) -> None:
    clerk, window = await hall.person("ds-clerk"), hall.window()
    secret = SETTINGS["TONGBAN_SECRET_KEY"]
    token = clerk.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    claims["exp"] = int(clock.now().timestamp()) + 8 * HEARTBEAT
    short = {"Authorization": f"Bearer {jwt.encode(claims, secret, algorithm='HS256')}"}
    person = Person(clerk.client, clerk.username, short)
    async with hall.servers[0].events(person, window) as events:
        assert await events.next() is None
        assert events.heartbeats >= 1
    assert clock.now().timestamp() >= claims["exp"]


@pytest.mark.parametrize(
    ("end", "undo"),
    [
        (
            "UPDATE sessions SET revoked_at = now() WHERE id = '{session}'",
            "UPDATE sessions SET revoked_at = NULL WHERE id = '{session}'",
        ),
        (
            "UPDATE staff SET active = false WHERE id = {staff}",
            "UPDATE staff SET active = true WHERE id = {staff}",
        ),
        (
            "UPDATE grants SET role = 'reviewer' WHERE role = 'clerk' AND staff_id = {staff}",
            "UPDATE grants SET role = 'clerk' WHERE role = 'reviewer' AND staff_id = {staff}",
        ),
    ],
    ids=["session revoked", "account switched off", "seat taken away"],
)
async def test_a_page_hears_nothing_more_once_it_may_not(hall: Hall, end: str, undo: str) -> None:
    clerk, window = await hall.person("ds-clerk"), hall.window()
    claims = jwt.get_unverified_claims(clerk.headers["Authorization"].removeprefix("Bearer "))
    who = {"session": claims["sid"], "staff": claims["sub"]}
    async with hall.servers[0].events(clerk, window) as events:
        try:
            run_sql(hall.urls.owner, end.format(**who))
            assert await events.next() is None
        finally:
            run_sql(hall.urls.owner, undo.format(**who))
    assert (await clerk.get("/devices/windows")).status == 200


@pytest.mark.slow
async def test_without_valkey_pages_see_that_nobody_knows(
    hall: Hall, hall_environment: tuple[DatabaseUrls, dict[str, str]]
) -> None:
    """A process whose Valkey does not answer: what needs only the database works."""
    clerk, window = await hall.person("ds-clerk"), hall.window()
    bridge = await hall.paired(window)
    _, env = hall_environment
    nowhere = env | {"TONGBAN_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    async with running(hall.services, nowhere, "/healthz") as server:
        person = Person(server.client, clerk.username, clerk.headers)
        assert (await bridge_of(clerk, bridge))["online"] is False
        assert (await bridge_of(person, bridge))["online"] is None
        listed = (await person.get("/devices/windows")).body
        (mine,) = (one for one in listed if one["code"] == window)
        assert [one["online"] for one in mine["bridges"]] == [None]
        # The bridge looks by itself: it gets what is asked a heartbeat later.
        async with server.connected(bridge, READER) as socket:
            command_id = await ask(person, window)
            assert (await next_of(socket, "command"))["command"]["id"] == command_id
            await say(socket, "taken", command_id=command_id)

            async def taken() -> bool:
                return bool((await shown(person, command_id))["state"] == "taken")

            await until(taken)
        cancelled = await person.post(f"/devices/commands/{command_id}/cancel", None)
        assert cancelled.body["state"] == "cancelled"
        assert (await person.post("/devices/pairing-codes", {"window_code": window})).status == 201
        assert (await person.call("DELETE", f"/devices/bridges/{bridge.id}")).status == 204


async def test_pages_are_told_of_a_bridge_that_a_new_valkey_did_not_know(hall: Hall) -> None:
    clerk, window = await hall.person("ds-clerk"), hall.window()
    bridge = await hall.paired(window)
    async with (
        hall.servers[1].connected(bridge),
        hall.servers[0].events(clerk, window) as events,
    ):
        async with Redis.from_url(get_settings().redis_url) as valkey:
            assert await valkey.delete(f"tongban:bridge:{bridge.id}") == 1
        while not (await bridge_of(clerk, bridge))["online"]:
            # Also what was said before it was forgotten; without an event this waits in vain.
            assert await events.next() == ("devices", {})


async def test_a_valkey_that_hangs_keeps_no_page_waiting() -> None:
    released = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        hub = Hub(f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}/0")
        began = asyncio.get_running_loop().time()
        assert await hub.online([uuid4()]) is None
        assert asyncio.get_running_loop().time() - began < 4
        released.set()
        await hub.close()
