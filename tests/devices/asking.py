"""What tests of commands share: asking a window for something and looking at what came of it."""

from typing import Any

from tests.support.applications import application
from tests.support.district import Answer, Person

DESHENG, HOME = "110102010", "110102010002"
WINDOW, OTHER = "110102010-DT-03", "110102010-DT-04"
CARD = {
    "layout": "resident",
    "name": "王秀兰",
    "sex": "女",
    "nation": "汉",
    "born_on": "1940-01-01",
    "address": "北京市西城区德胜门外大街甲10号2单元301",
    "id_number": "110102194001011230",
    "authority": "北京市公安局西城分局",
    "valid_from": "2020-01-01",
    "valid_until": None,
    "sam_id": "05.03-20130101-0000000001-0000000002",
    "photo": "V0xU",
    "authenticated": True,
}


async def ask(person: Person, kind: str, window: str = WINDOW, **parameters: Any) -> Answer:
    body = {"kind": kind, "parameters": parameters}
    return await person.post(f"/devices/windows/{window}/commands", body)


async def asked(person: Person, kind: str, **parameters: Any) -> str:
    """The id of a command that was taken on."""
    answer = await ask(person, kind, **parameters)
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


async def shown(person: Person, command_id: str) -> dict[str, Any]:
    answer = await person.get(f"/devices/commands/{command_id}")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


async def take_in(clerk: Person) -> str:
    answer = await clerk.post("/cases", application("ST-MZ-008", HOME))
    assert answer.status == 201, answer.body
    return str(answer.body["number"])
