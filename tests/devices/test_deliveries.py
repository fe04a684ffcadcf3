"""What a bridge may deliver, and what becomes of a delivery that is none."""

from typing import Any

import pytest

from tests.devices.asking import CARD, OTHER, WINDOW, asked, shown
from tests.support.bridge import TestBridge, paired
from tests.support.district import Person


async def test_a_delivery_repeated_answers_the_same(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    delivery = bridge.delivery(command_id, result=CARD)
    first, again = await bridge.deliver(delivery), await bridge.deliver(delivery)
    assert first.body == again.body == {"id": delivery["id"], "late": False}
    other = bridge.delivery(await asked(clerk, "read_card"), result=CARD) | {"id": delivery["id"]}
    assert (await bridge.deliver(other)).code == "delivery_id_taken"


async def test_a_failure_has_its_code(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    failed = bridge.delivery(command_id, "failed", code="no_card", detail="SW 80")
    assert (await bridge.deliver(failed)).status == 200
    command = await shown(clerk, command_id)
    assert command["state"] == "failed"
    assert command["problem"] == {"code": "no_card", "detail": "SW 80"}


@pytest.mark.parametrize(
    ("result", "detail"),
    [
        (None, " model_type"),
        (CARD | {"id_number": 7}, "/id_number string_type"),
        (CARD | {"fingerprint": "…"}, "/fingerprint extra_forbidden"),
    ],
)
async def test_a_result_that_is_none_ends_the_command(
    clerk: Person, bridge: TestBridge, result: dict[str, Any] | None, detail: str
) -> None:
    """Refused, it would leave the clerk waiting: a bridge does not send again what was refused."""
    command_id = await asked(clerk, "read_card")
    answer = await bridge.deliver(bridge.delivery(command_id, result=result))
    assert answer.status == 200
    command = await shown(clerk, command_id)
    assert (command["state"], command["result"]) == ("failed", None)
    assert command["problem"] == {"code": "bad_result", "detail": detail}


async def test_a_delivery_that_is_none_is_refused(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    for changes in ({"at": "yesterday"}, {"sequence": -1}, {"outcome": {"state": "waiting"}}):
        answer = await bridge.deliver(bridge.delivery(command_id, result=CARD) | changes)
        assert answer.status == 422
    assert (await shown(clerk, command_id))["state"] == "waiting"


async def test_bridges_deliver_only_for_their_window(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    for other in (await paired(clerk, OTHER), await paired(clerk, WINDOW, "tablet")):
        answer = await other.deliver(other.delivery(command_id, result=CARD))
        assert (answer.status, answer.code) == (404, "not_found")
    anew = await paired(clerk, WINDOW)
    answer = await anew.deliver(anew.delivery(command_id, result=CARD))
    assert (answer.status, answer.body["late"]) == (200, False)
    assert (await bridge.deliver(bridge.delivery(command_id, result=CARD))).status == 401
