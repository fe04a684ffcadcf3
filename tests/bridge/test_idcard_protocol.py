"""Frames, status words and layouts of identity-card readers, without a reader."""

from collections.abc import Callable
from dataclasses import asdict
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban_bridge.faults import Fault, known_codes, message
from tongban_bridge.idcard import protocol
from tongban_bridge.idcard.layouts import Card, decode, nations
from tongban_bridge.virtual.idcard import PHOTO, SAM_ID, block, resident

GOOD = resident()
READ_DATA = bytes.fromhex("01000400") + GOOD + PHOTO
READ_FRAME = protocol.frame(b"\0\0\x90" + READ_DATA)


@pytest.mark.parametrize(
    ("content", "frame"),
    [
        (protocol.RESET, "AAAAAA9669 0003 10FF EC"),
        (protocol.STATUS, "AAAAAA9669 0003 11FF ED"),
        (protocol.SAM_ID, "AAAAAA9669 0003 12FF EE"),
        (protocol.FIND, "AAAAAA9669 0003 2001 22"),
        (protocol.SELECT, "AAAAAA9669 0003 2002 21"),
        (protocol.READ, "AAAAAA9669 0003 3001 32"),
        (protocol.READ_WITH_FINGERPRINT, "AAAAAA9669 0003 3010 23"),
    ],
)
def test_commands_are_framed_as_published(content: bytes, frame: str) -> None:
    assert protocol.frame(content) == bytes.fromhex(frame)


def test_a_read_has_the_published_length() -> None:
    assert len(READ_FRAME) == 1295


def test_frames_come_whole_out_of_pieces_and_noise() -> None:
    line = b"\xaa\xaa" + READ_FRAME[:40] + b"\x00\xaa" + READ_FRAME + b"\xaa\xaa\xaa"
    receiver = protocol.Receiver()
    answers = [answer for byte in line for answer in receiver.feed(bytes([byte]))]
    answers += receiver.give_up()
    assert [answer.data for answer in answers] == [READ_DATA]
    assert receiver.discarded > 0


def test_a_length_that_swallows_the_answer_does_not_hide_it() -> None:
    receiver = protocol.Receiver()
    assert receiver.feed(protocol.PREAMBLE + b"\x0f\xff" + READ_FRAME) == []
    assert [answer.data for answer in receiver.give_up()] == [READ_DATA]


@pytest.mark.parametrize(("status", "code"), protocol.STATUS_FAULTS.items())
def test_every_status_has_words(status: int, code: str) -> None:
    fault = protocol.Answer(bytes([0, 0, status]), b"").fault()
    assert fault.code == code
    chinese, english = message(fault.code)
    assert chinese
    assert english


@pytest.mark.parametrize("status", [b"\0\0\x77", b"\x01\0\x90"])
def test_an_unlisted_status_is_named(status: bytes) -> None:
    fault = protocol.Answer(status, b"").fault()
    assert (fault.code, fault.detail) == ("sam_unknown_status", status.hex(" "))


def test_sam_id_as_printed() -> None:
    assert protocol.sam_id_text(SAM_ID) == "05.01-20260101-1234567890-0987654321"
    assert protocol.sam_id_text(SAM_ID[:15]) is None


def test_resident_card() -> None:
    assert decode(GOOD) == Card(
        layout="resident",
        name="陈晓明",
        sex="男",
        nation="汉",
        born_on="1990-03-07",
        address="广东省深圳市宝安区福海街道示例路8号3栋502",
        id_number="440306199003075612",
        authority="深圳市公安局宝安分局",
        valid_from="2020-03-12",
        valid_until="2040-03-12",
    )


def test_residence_permit() -> None:
    card = decode(
        block(
            "J",
            {
                0: "黄 家 驹",
                30: "1",
                36: "19801231",
                52: "深圳市福田区示例街1号",
                122: numbered("81000019801231001"),
                158: "深圳市公安局",
                188: "20240101",
                204: "20290101",
                220: "H12345678",
                238: "01",
            },
        )
    )
    assert (card.layout, card.name, card.nation) == ("hmt_residence", "黄 家 驹", None)
    assert card.address == "深圳市福田区示例街1号"


FOREIGN = {
    0: "MACDONALD, MARY-ANN",
    120: "2",
    122: "CAN110078092101",
    152: "CAN",
    158: "马丽安",
    188: "20230401",
    204: "20330331",
    220: "19780921",
    236: "01",
    240: "1500",
}


def test_foreigners_permanent_residence() -> None:
    assert asdict(decode(block("I", FOREIGN))) == {
        "layout": "foreign_2017",
        "name": "MACDONALD, MARY-ANN",
        "sex": "女",
        "nation": "CAN",
        "born_on": "1978-09-21",
        "address": None,
        "id_number": "CAN110078092101",
        "authority": None,
        "valid_from": "2023-04-01",
        "valid_until": "2033-03-31",
    }


def test_valid_for_good() -> None:
    assert decode(spliced(204, "长期      ")).valid_until is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(block("I", FOREIGN | {122: numbered_2023}), id="2023 in the layout of 2017")
        for numbered_2023 in ["911124197809210026"]
    ]
    + [
        pytest.param(block("Y", {0: "MARY"}), id="unknown type"),
        pytest.param(block("\0", {0: "陈晓明"}), id="type is NUL"),
        pytest.param(GOOD[:-2], id="short"),
        pytest.param(GOOD + b" \0", id="long"),
    ],
)
def test_other_editions_are_refused(text: bytes) -> None:
    with pytest.raises(Fault) as caught:
        decode(text)
    assert caught.value.code == "unsupported_layout"


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (0, " " * 15),
        (0, "陈\0明"),
        (0, "陈3明"),
        (0, "·陈明"),
        (0, "\ud800"),
        (30, "3"),
        (32, "57"),
        (36, "19900230"),
        (36, "19900308"),
        (122, "440306199003075611"),
        (122, " " * 18),
        (188, "2020031 "),
        (204, "长久"),
    ],
)
def test_damaged_fields_refuse_the_card(offset: int, value: str) -> None:
    with pytest.raises(Fault) as caught:
        decode(spliced(offset, value))
    assert caught.value.code == "card_unreadable"


def test_a_2023_number_on_a_residents_layout_is_refused() -> None:
    number = numbered("91112419780921002")
    with pytest.raises(Fault) as caught:
        decode(spliced(122, number))
    assert caught.value.code == "unsupported_layout"


def test_nations_are_numbered_as_the_standard_does() -> None:
    assert (nations()["01"], nations()["46"], nations()["56"]) == ("汉", "德昂", "基诺")
    assert len(nations()) == 58


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, database=None)
@given(st.binary(max_size=64), st.integers(0, 2**32), st.binary(max_size=64))
def test_garbage_never_crashes_and_never_names_another(
    before: bytes, seed: int, after: bytes
) -> None:
    """Ten thousand damaged frames: each decodes to the very card or to a fault."""
    random = Random(seed)
    line = before + random.choice(DAMAGES)(bytearray(READ_FRAME), random) + after
    receiver = protocol.Receiver()
    for answer in receiver.feed(line) + receiver.give_up():
        assert outcome(answer) in {"陈晓明", *known_codes()}


def outcome(answer: protocol.Answer) -> str:
    try:
        return decode(protocol.split_blocks(answer.data, fingerprint=False).text).name
    except Fault as fault:
        return fault.code


def flip_bit(frame: bytearray, random: Random) -> bytes:
    frame[random.randrange(len(frame))] ^= 1 << random.randrange(8)
    return bytes(frame)


def cut(frame: bytearray, random: Random) -> bytes:
    start = random.randrange(len(frame))
    del frame[start : start + random.randrange(1, 80)]
    return bytes(frame)


def insert(frame: bytearray, random: Random) -> bytes:
    start = random.randrange(len(frame))
    frame[start:start] = random.randbytes(1)
    return bytes(frame)


def burst(frame: bytearray, random: Random) -> bytes:
    """A burst as short as its check can always see: within one byte."""
    start = random.randrange(len(frame))
    frame[start] = random.randrange(256)
    return bytes(frame)


def nothing_but_noise(frame: bytearray, random: Random) -> bytes:
    return random.randbytes(len(frame))


def untouched(frame: bytearray, random: Random) -> bytes:
    return bytes(frame)


DAMAGES: list[Callable[[bytearray, Random], bytes]] = [
    flip_bit,
    cut,
    insert,
    burst,
    nothing_but_noise,
    untouched,
]


def spliced(offset: int, value: str) -> bytes:
    encoded = value.encode("utf-16-le", "surrogatepass")
    return GOOD[:offset] + encoded + GOOD[offset + len(encoded) :]


def numbered(seventeen: str) -> str:
    weighted = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(seventeen))
    return seventeen + "10X98765432"[weighted % 11]
