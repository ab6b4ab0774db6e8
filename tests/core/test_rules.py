"""The venue's rules, taken only where they can be right."""

from msgspec.structs import replace

from desk.model.command import PlaceOrder
from desk.model.event import RulesReported
from desk.model.order import Side
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BRACKETS, BTC, D, at
from tests.kit.danger import Danger


def broken():
    rows = list(BRACKETS)
    rows[2] = replace(rows[2], cum=D(1_400))
    return builders.instrument(brackets=tuple(rows))


def buy(desk, millis=0):
    desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.0")), millis)


def test_new_rules_are_the_rules():
    desk = rig.started()

    desk.step(RulesReported(at(1), (builders.instrument(notional_min=D(500)),)))
    buy(desk)

    assert desk.alerts == ["buy 1.0 BTCUSDT: notional: expected at least 500 USDT, found 99.00"]


def test_brackets_that_do_not_go_on_are_not_taken():
    desk = rig.started()

    desk.step(RulesReported(at(1), (broken(),)))

    assert desk.state.instruments[BTC].brackets == BRACKETS
    assert desk.alerts[0].startswith("BTCUSDT: margin brackets: expected each to go on where the one below ends")
    buy(desk)
    assert len(desk.state.open) == 1


def test_a_symbol_without_right_brackets_takes_no_new_risk():
    desk = rig.started(instruments=[broken()])

    buy(desk)

    assert "margin brackets" in desk.alerts[-1]
    assert desk.state.open == {}
    desk.step(RulesReported(at(1), (builders.instrument(),)))
    buy(desk)
    assert len(desk.state.open) == 1


def test_rules_of_yesterday_price_no_new_risk():
    desk = rig.started()
    desk.state.rules_at = at(-90_000_000)

    buy(desk)

    assert desk.alerts == ["buy 1.0 BTCUSDT: the venue's rules: expected at most 24 h old, found 25 h"]


def test_brackets_move_the_accounts_that_hold():
    desk = Danger()
    desk.hold("1", "1")
    before = desk.state.board.edges[BTC]
    steeper = builders.brackets("1e9 0.02 0")

    desk.rig.step(RulesReported(desk.now, (builders.instrument(brackets=steeper),)))

    assert desk.state.board.edges[BTC][0] > before[0]
