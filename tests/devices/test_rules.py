"""How time ends commands, and which bridge a command is for."""

from datetime import UTC, datetime, timedelta

import pytest

from tongban.devices.rules import (
    LIFETIMES,
    PATIENCE,
    BridgeKind,
    Candidate,
    CommandKind,
    Ending,
    State,
    overdue,
    target,
)

END = datetime(2026, 11, 24, 9, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
EXPIRED, UNCONFIRMED = Ending(State.EXPIRED), Ending(State.FAILED, "unconfirmed")


def test_every_kind_has_a_lifetime() -> None:
    assert set(LIFETIMES) == set(CommandKind)


@pytest.mark.parametrize("kind", CommandKind)
def test_what_waits_ends_with_its_time(kind: CommandKind) -> None:
    assert overdue(kind, State.WAITING, END, END - INSTANT) is None
    assert overdue(kind, State.WAITING, END, END) == EXPIRED


@pytest.mark.parametrize("kind", CommandKind)
def test_what_was_taken_is_waited_for_longer(kind: CommandKind) -> None:
    printing = kind in (CommandKind.PRINT, CommandKind.PRINT_SLIP)
    assert overdue(kind, State.TAKEN, END, END + PATIENCE - INSTANT) is None
    assert overdue(kind, State.TAKEN, END, END + PATIENCE) == (UNCONFIRMED if printing else EXPIRED)


@pytest.mark.parametrize("state", sorted(set(State) - {State.WAITING, State.TAKEN}))
def test_what_is_over_stays_so(state: State) -> None:
    assert overdue(CommandKind.PRINT, state, END, END + timedelta(days=1)) is None


def bridge(*, online: bool = True, evaluates: bool = False) -> Candidate:
    return Candidate(BridgeKind.BRIDGE, online, evaluates)


def tablet(*, online: bool = True) -> Candidate:
    return Candidate(BridgeKind.TABLET, online, evaluates=True)


@pytest.mark.parametrize(
    ("kind", "paired", "wanted"),
    [
        (CommandKind.READ_CARD, [], None),
        (CommandKind.READ_CARD, [tablet()], None),
        (CommandKind.READ_CARD, [tablet(), bridge(online=False)], "bridge"),
        (CommandKind.EVALUATE, [bridge()], None),
        (CommandKind.EVALUATE, [bridge(evaluates=True)], "bridge"),
        (CommandKind.EVALUATE, [bridge(evaluates=True), tablet()], "tablet"),
        (CommandKind.EVALUATE, [bridge(evaluates=True), tablet(online=False)], "bridge"),
        (CommandKind.EVALUATE, [bridge(online=False, evaluates=True), tablet()], "tablet"),
        (CommandKind.EVALUATE, [bridge(), tablet(online=False)], "tablet"),
    ],
)
def test_which_bridge_is_asked(
    kind: CommandKind, paired: list[Candidate], wanted: str | None
) -> None:
    assert target(kind, paired) == wanted
