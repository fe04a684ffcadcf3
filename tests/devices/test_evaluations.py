"""Evaluations at the counter: kept, not shown, and the first answer stays."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.devices.asking import WINDOW, ask, asked, shown, take_in
from tests.support.bridge import paired
from tests.support.district import District, Person
from tongban.evaluations.models import Evaluation


async def evaluated(district: District) -> tuple[Any, ...] | None:
    row = await district.session.execute(
        select(Evaluation.level, Evaluation.reason, Evaluation.channel)
    )
    found = row.one_or_none()
    return tuple(found) if found else None


@pytest.mark.parametrize(
    ("result", "kept", "finished"),
    [
        ({"level": 4}, (4, None, "device"), True),
        ({"level": None, "reason": "skipped"}, (None, "skipped", "device"), True),
        ({"level": None, "reason": "timeout"}, (None, "timed_out", "device"), False),
    ],
)
async def test_an_evaluation_is_kept_and_not_shown(
    district: District,
    clerk: Person,
    result: dict[str, Any],
    kept: tuple[Any, ...],
    finished: bool,
) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    number = await take_in(clerk)
    command_id = await asked(clerk, "evaluate", case_number=number)
    assert (await tablet.deliver(tablet.delivery(command_id, result=result))).status == 200
    assert await evaluated(district) == kept
    command = await shown(clerk, command_id)
    assert command["result"] == {"finished": finished}
    assert set(command["parameters"]) == {"case_number"}
    again = await ask(clerk, "evaluate", case_number=number)
    assert again.status == (409 if finished else 201)
    state = await clerk.get(f"/cases/{number}/evaluation")
    assert (state.status, state.body) == (200, {"answered": finished})


async def test_the_first_answer_stays(district: District, clerk: Person) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    number = await take_in(clerk)
    first, second = [await asked(clerk, "evaluate", case_number=number) for _ in range(2)]
    await tablet.deliver(tablet.delivery(first, result={"level": 2}))
    await tablet.deliver(tablet.delivery(second, result={"level": 5}))
    assert await evaluated(district) == (2, None, "device")


async def test_silence_is_replaced_by_an_answer(district: District, clerk: Person) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    number = await take_in(clerk)
    for result in ({"level": None, "reason": "timeout"}, {"level": 5}):
        command_id = await asked(clerk, "evaluate", case_number=number)
        await tablet.deliver(tablet.delivery(command_id, result=result))
    assert await evaluated(district) == (5, None, "device")


async def test_what_was_called_off_is_no_evaluation(district: District, clerk: Person) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    number = await take_in(clerk)
    command_id = await asked(clerk, "evaluate", case_number=number)
    await clerk.post(f"/devices/commands/{command_id}/cancel", None)
    answer = await tablet.deliver(tablet.delivery(command_id, result={"level": 5}))
    assert (answer.status, answer.body["late"]) == (200, True)
    assert await evaluated(district) is None


@pytest.mark.parametrize(
    "result", [{"level": 6}, {"level": None}, {"level": 3, "reason": "skipped"}]
)
async def test_an_evaluation_is_a_level_or_a_reason(
    district: District, clerk: Person, result: dict[str, Any]
) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    command_id = await asked(clerk, "evaluate", case_number=await take_in(clerk))
    await tablet.deliver(tablet.delivery(command_id, result=result))
    assert (await shown(clerk, command_id))["problem"]["code"] == "bad_result"
    assert await evaluated(district) is None
