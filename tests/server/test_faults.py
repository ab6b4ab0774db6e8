"""Plans of faults, and which requests they strike."""

import pytest

from desk.model.error import BadInput
from desk.model.units import SECOND, Nanos
from desk.server.faults import STRIKING, Fault, FaultKind, Weather, read_plan

START = Nanos(1_790_000_000 * SECOND)


def weather(*faults, seed=1):
    return Weather(faults, START, seed)


def test_a_fault_strikes_its_path_and_method_so_often_and_not_before_its_time():
    made = weather(Fault(kind=FaultKind.REPLY_LOST, at=10, path="/fapi/v1/order", method="POST", count=2))
    assert made.due(Nanos(START + 9 * SECOND)) == []
    assert made.strike("POST", "/fapi/v1/order") is None

    made.due(Nanos(START + 10 * SECOND))

    assert made.strike("GET", "/fapi/v1/order") is None
    assert made.strike("POST", "/fapi/v1/time") is None
    struck = [made.strike("POST", "/fapi/v1/order") for _ in range(3)]
    assert [each and each.kind for each in struck] == [FaultKind.REPLY_LOST, FaultKind.REPLY_LOST, None]
    assert made.struck == {"reply-lost": 2}


def test_what_strikes_no_request_happens_at_its_time():
    made = weather(Fault(kind=FaultKind.BAN, text="a"), Fault(kind=FaultKind.CLOCK, at=5, ms=900))

    assert [each.kind for each in made.due(START)] == [FaultKind.BAN]
    assert made.next_at() == START + 5 * SECOND
    assert [each.ms for each in made.due(Nanos(START + 6 * SECOND))] == [900]
    assert made.next_at() is None


def test_chance_is_the_seeds():
    def played(seed):
        made = weather(Fault(kind=FaultKind.SLOW, chance=0.5, count=1_000), seed=seed)
        made.due(START)
        return [made.strike("GET", "/") is not None for _ in range(40)]

    assert played(1) == played(1) != played(2)
    assert 8 < sum(played(1)) < 32


def test_a_plan_is_one_object_a_line():
    plan = read_plan(b'{"kind": "busy", "at": 3}\n\n{"kind": "clock", "ms": -5}\n')

    assert [(each.kind, each.at, each.ms) for each in plan] == [(FaultKind.BUSY, 3, 0), (FaultKind.CLOCK, 0, -5)]


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"kind": "rain"}', b'{"kind": "busy", "when": 3}', b"\xff"])
def test_what_is_no_fault_is_told_with_its_line_and_the_kinds_there_are(line):
    with pytest.raises(BadInput, match=r"^line 2: .*reply-lost"):
        read_plan(b'{"kind": "busy"}\n' + line)


def test_requests_are_struck_by_nine_kinds():
    assert FaultKind.HIDDEN in STRIKING
    assert FaultKind.MARKET_SILENT not in STRIKING
    assert len(STRIKING) == 10
