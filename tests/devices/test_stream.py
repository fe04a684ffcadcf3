"""Streams of bridges and pages, over real sockets to an API of two processes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.devices.asking import CARD, shown
from tests.devices.conftest import Hall, Server, next_of, running
from tests.support.applications import application
from tests.support.bridge import EVALUATOR, PRINTER, READER, TestBridge, receive
from tests.support.district import Person
from tests.support.waiting import until
from tongban.core.settings import get_settings
from tongban.runtime.postgres import run_sql
from tongban.runtime.services import DatabaseUrls


async def ask(person: Person, window: str, kind: str = "read_card", **parameters: Any) -> str:
    body = {"kind": kind, "parameters": parameters}
    answer = await person.post(f"/devices/windows/{window}/commands", body)
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


async def say(socket: ClientConnection, kind: str, **fields: Any) -> None:
    await socket.send(json.dumps({"type": kind, **fields}))


async def end_of(socket: ClientConnection) -> int | None:
    """The code with which the server closes."""
    with suppress(ConnectionClosed):
        while True:
            await receive(socket)
    return socket.close_code


async def bridge_of(person: Person, bridge: TestBridge) -> dict[str, Any]:
    listed = (await person.get("/devices/bridges")).body
    found: dict[str, Any] = next(one for one in listed if one["id"] == str(bridge.id))
    return found


async def test_a_card_is_read_across_processes(hall: Hall) -> None:
    """The page talks to one process, the bridge to the other."""
    near, far = hall.servers
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk", near), await hall.paired(window)
    async with far.connected(bridge, READER) as socket, near.events(clerk, window) as events:
        command_id = await ask(clerk, window)
        command = (await next_of(socket, "command"))["command"]
        assert command["id"] == command_id
        assert command["kind"] == "read_card"
        assert command["parameters"] == {"reader": None}
        assert command["expires_at"]
        await say(socket, "taken", command_id=command_id)
        taken = await events.command("taken")
        assert taken == {"id": command_id, "kind": "read_card", "state": "taken"}
        delivered = await bridge.deliver(bridge.delivery(command_id, result=CARD))
        assert delivered.status == 200
        done = await events.command("done")
        assert done == {"id": command_id, "kind": "read_card", "state": "done"}
    assert (await shown(clerk, command_id))["result"] == CARD


async def test_what_waits_is_sent_as_soon_as_a_bridge_is_there(hall: Hall) -> None:
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    expired, first, second = [await ask(clerk, window) for _ in range(3)]
    run_sql(
        hall.urls.app,
        f"UPDATE device_commands SET expires_at = now() - interval '1 s' WHERE id = '{expired}'",
    )
    async with hall.servers[1].connected(bridge) as socket:
        sent = [(await receive(socket))["command"]["id"] for _ in range(2)]
        assert sent == [first, second]
        await say(socket, "taken", command_id=first)
        # What is no longer worth doing is called off when a bridge takes it all the same.
        await say(socket, "taken", command_id=expired)
        assert await receive(socket) == {"type": "cancel", "command_id": expired}
    async with hall.servers[0].connected(bridge) as socket:
        assert (await receive(socket))["command"]["id"] == second
    assert (await shown(clerk, first))["state"] == "taken"


async def test_faces_are_shown_on_the_tablet(hall: Hall) -> None:
    """Each stream carries what is meant for its kind of bridge alone."""
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    tablet = await hall.paired(window, "tablet")
    taken_in = await clerk.post("/cases", application("ST-MZ-008", "110102010002"))
    number = taken_in.body["number"]
    near, far = hall.servers
    async with near.connected(bridge, EVALUATOR) as box, far.connected(tablet) as faces:
        evaluation = await ask(clerk, window, "evaluate", case_number=number)
        reading = await ask(clerk, window)
        command = (await next_of(faces, "command"))["command"]
        assert (command["id"], command["parameters"]) == (evaluation, {"case_number": number})
        assert (await next_of(box, "command"))["command"]["id"] == reading
        delivered = await tablet.deliver(tablet.delivery(evaluation, result={"level": 5}))
        assert delivered.status == 200
    assert (await shown(clerk, evaluation))["result"] == {"finished": True}


async def test_a_cancelled_command_is_called_off(hall: Hall) -> None:
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    async with hall.servers[1].connected(bridge) as socket:
        command_id = await ask(clerk, window)
        await next_of(socket, "command")
        await say(socket, "taken", command_id=command_id)
        await clerk.post(f"/devices/commands/{command_id}/cancel", None)
        assert (await next_of(socket, "cancel"))["command_id"] == command_id
        delivered = await bridge.deliver(bridge.delivery(command_id, "cancelled"))
        assert delivered.body["late"] is True
    assert (await shown(clerk, command_id))["state"] == "cancelled"


async def test_what_was_cancelled_meanwhile_is_called_off(hall: Hall) -> None:
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    near, far = hall.servers
    async with near.events(clerk, window) as events:
        async with near.connected(bridge) as socket:
            done, cancelled = [await ask(clerk, window) for _ in range(2)]
            for command_id in (done, cancelled):
                await say(socket, "taken", command_id=command_id)
                assert (await events.command("taken"))["id"] == command_id
        for command_id in (done, cancelled):
            await clerk.post(f"/devices/commands/{command_id}/cancel", None)
        await bridge.deliver(bridge.delivery(done, result=CARD))
    async with far.connected(bridge) as socket:
        waiting = await ask(clerk, window)
        assert await receive(socket) == {"type": "cancel", "command_id": cancelled}
        assert (await receive(socket))["command"]["id"] == waiting


async def test_a_bridge_is_on_line_while_its_stream_is_open(hall: Hall) -> None:
    near, far = hall.servers
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk", near), await hall.paired(window)
    async with near.events(clerk, window) as events:
        async with far.connected(bridge, READER) as socket:
            await events.next()
            listed = await bridge_of(clerk, bridge)
            assert listed["online"] is True
            assert listed["devices"] == [READER]
            absent = {**READER, "state": "absent", "code": "unplugged", "detail": "COM3"}
            await say(socket, "devices", devices=[absent, PRINTER], queued=3)

            async def told() -> bool:
                listed = await bridge_of(clerk, bridge)
                return (listed["devices"], listed["queued"]) == ([absent, PRINTER], 3)

            await until(told)
        while (await bridge_of(clerk, bridge))["online"]:
            assert await events.next() == ("devices", {})
    listed = await bridge_of(clerk, bridge)
    assert listed["devices"] == [absent, PRINTER]
    assert listed["seen_at"]


async def test_revoking_ends_the_open_stream(hall: Hall) -> None:
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(hall.window())
    async with hall.servers[1].connected(bridge) as socket:
        assert (await clerk.call("DELETE", f"/devices/bridges/{bridge.id}")).status == 204
        assert await end_of(socket) == 4403
    async with hall.servers[1].stream() as socket:
        challenge = await receive(socket)
        await socket.send(json.dumps(bridge.hello(challenge["nonce"])))
        assert await end_of(socket) == 4403


async def test_pairing_anew_ends_the_open_stream(hall: Hall) -> None:
    window = hall.window()
    bridge = await hall.paired(window)
    async with hall.servers[1].connected(bridge) as socket:
        await hall.paired(window)
        assert await end_of(socket) == 4403


async def test_connecting_anew_ends_the_older_stream(hall: Hall) -> None:
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    near, far = hall.servers
    async with near.connected(bridge) as older, far.connected(bridge) as newer:
        assert await end_of(older) == 4409
        assert (await bridge_of(clerk, bridge))["online"] is True
        command_id = await ask(clerk, window)
        assert (await next_of(newer, "command"))["command"]["id"] == command_id


async def test_a_lost_nudge_costs_only_time(hall: Hall) -> None:
    """Somebody writes a command and dies before telling anybody."""
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    command_id = await ask(clerk, window)
    run_sql(hall.urls.app, f"UPDATE device_commands SET state = 'taken' WHERE id = '{command_id}'")
    async with hall.servers[1].connected(bridge) as socket:
        run_sql(
            hall.urls.app, f"UPDATE device_commands SET state = 'waiting' WHERE id = '{command_id}'"
        )
        assert (await next_of(socket, "command"))["command"]["id"] == command_id


async def test_nothing_is_missed_when_valkey_drops_its_connections(hall: Hall) -> None:
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    async with hall.servers[1].connected(bridge) as socket:
        async with Redis.from_url(get_settings().redis_url) as valkey:
            await valkey.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            await valkey.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        command_id = await ask(clerk, window)
        assert (await next_of(socket, "command"))["command"]["id"] == command_id
    assert (await hall.servers[1].client.get("/healthz")).status_code == 200


async def test_what_others_say_on_the_channel_does_no_harm(hall: Hall) -> None:
    """A process of a later version, or somebody who uses the same Valkey."""
    window = hall.window()
    clerk, bridge = await hall.person("ds-clerk"), await hall.paired(window)
    async with hall.servers[1].events(clerk, window) as events:
        async with Redis.from_url(get_settings().redis_url) as valkey:
            for said in ("garbage", "[]", "{}", '{"what": "command", "window_id": [], "x": 1}'):
                await valkey.publish("tongban:devices", said)
        command_id = await ask(clerk, window)
        assert (await events.command("waiting"))["id"] == command_id
        await bridge.deliver(bridge.delivery(command_id, "failed", code="no_card"))
        assert (await events.command("failed"))["id"] == command_id


@asynccontextmanager
async def challenged(hall: Hall) -> AsyncIterator[tuple[ClientConnection, str]]:
    async with hall.servers[0].stream() as socket:
        challenge = await receive(socket)
        assert challenge["type"] == "challenge"
        yield socket, challenge["nonce"]


async def test_every_stream_has_a_challenge_of_its_own(hall: Hall) -> None:
    bridge = await hall.paired(hall.window())
    async with challenged(hall) as (_, older), challenged(hall) as (socket, challenge):
        assert older != challenge
        await socket.send(json.dumps(bridge.hello(older)))
        assert await end_of(socket) == 4401


async def test_nobody_else_gets_a_stream(hall: Hall) -> None:
    bridge = await hall.paired(hall.window())
    key = Ed25519PrivateKey.generate()
    for posing in (
        TestBridge(bridge.client, key, bridge.id),
        TestBridge(bridge.client, key, uuid4()),
    ):
        async with challenged(hall) as (socket, challenge):
            await socket.send(json.dumps(posing.hello(challenge)))
            assert await end_of(socket) == 4401
    async with challenged(hall) as (socket, challenge):
        await socket.send(json.dumps(bridge.hello(challenge) | {"signature": "not base64"}))
        assert await end_of(socket) == 4401


@pytest.mark.slow
async def test_who_says_nothing_is_shut_out(hall: Hall) -> None:
    async with challenged(hall) as (socket, _):
        assert await end_of(socket) == 4408


BAD: list[str | bytes] = [
    "no JSON",
    "[]",
    "{}",
    '"hello"',
    '{"type": "explode"}',
    '{"type": "taken"}',
    '{"type": "taken", "command_id": "1"}',
    '{"type": "devices", "devices": [{"id": "x"}]}',
    '{"type": "devices", "devices": [], "queued": -1}',
    '{"type": "devices", "devices": [], "more": "\\u0000"}',
    "[" * 10_000,
    b"\x00\x01",
]


@pytest.mark.parametrize("message", BAD, ids=range(len(BAD)))
async def test_what_is_no_message_ends_the_stream(hall: Hall, message: str | bytes) -> None:
    async with challenged(hall) as (socket, _):
        await socket.send(message)
        assert await end_of(socket) == 4400


async def test_what_is_no_message_ends_a_ready_stream(hall: Hall) -> None:
    bridge = await hall.paired(hall.window())
    codes = dict.fromkeys(BAD, 4400) | {"x" * 70_000: 1009}
    for message, code in codes.items():
        async with hall.servers[0].connected(bridge, EVALUATOR) as socket:
            await socket.send(message)
            assert await end_of(socket) == code
    log = hall.servers[0].child.log.read_text()
    assert "Traceback" not in log


@pytest.mark.slow
async def test_a_server_that_stops_waits_for_no_stream(
    hall: Hall, hall_environment: tuple[DatabaseUrls, dict[str, str]]
) -> None:
    """uvicorn would wait for open answers; the streams end by themselves at its signal."""
    clerk, window = await hall.person("ds-clerk"), hall.window()
    bridge = await hall.paired(window)
    _, env = hall_environment
    async with (
        running(hall.services, env) as server,
        server.events(clerk, window) as events,
        server.connected(bridge) as socket,
    ):
        started = asyncio.get_running_loop().time()
        server.child.process.terminate()
        while await events.next() is not None:
            pass
        assert await end_of(socket) == 1012

        async def stopped() -> bool:
            return not server.child.running()

        await until(stopped)
        assert asyncio.get_running_loop().time() - started < 10
        assert "exceeded" not in server.child.log.read_text()
    assert (await bridge_of(clerk, bridge))["online"] is False


async def test_open_streams_hold_no_database_connection(hall: Hall) -> None:
    """More of them than the process has connections."""
    clerk, server = await hall.person("ds-clerk"), hall.servers[0]
    async with AsyncExitStack() as opened:
        for _ in range(get_settings().database_pool + 2):
            window = hall.window()
            await opened.enter_async_context(server.events(clerk, window))
        bridge = await hall.paired(window)
        await opened.enter_async_context(server.connected(bridge))
        assert (await clerk.get("/devices/windows")).status == 200


async def test_many_windows_at_once(hall: Hall) -> None:
    """Four bridges, four pages, two processes: everybody gets their own."""
    clerk = await hall.person("ds-clerk")

    async def serve(server: Server, window: str) -> None:
        bridge = await hall.paired(window)
        async with server.connected(bridge, READER) as socket:
            for _ in range(5):
                command_id = await ask(clerk, window)
                command = (await next_of(socket, "command"))["command"]
                assert command["id"] == command_id
                await say(socket, "taken", command_id=command_id)
                delivered = await bridge.deliver(bridge.delivery(command_id, result=CARD))
                assert delivered.status == 200
                assert (await shown(clerk, command_id))["state"] == "done"

    windows = [hall.window() for _ in range(4)]
    await asyncio.gather(*(serve(hall.servers[n % 2], w) for n, w in enumerate(windows)))
