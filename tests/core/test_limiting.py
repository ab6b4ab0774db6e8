"""Limits moved while the desk runs."""

import pytest

from desk.core import checkpoint, limiting
from desk.model.command import PlaceOrder, SetLimit
from desk.model.order import Side
from desk.model.tier import AdlTier
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D
from tests.kit.danger import Danger


def test_a_limit_holds_from_the_next_order_on():
    made = rig.started()

    made.command(SetLimit("order_value_max", "50"))
    made.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.0")))

    assert made.alerts == [
        "limit order_value_max: 1000000 to 50",
        "buy 1.0 BTCUSDT: order value: expected at most 50, found 99.00",
    ]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("leverage", "200", "limit leverage: expected 1 to 125, a whole number, found 200"),
        ("leverage", "2.5", "limit leverage: expected 1 to 125, a whole number, found 2.5"),
        ("order_value_max", "NaN", "limit order_value_max: expected 5 to 1000000000, found NaN"),
        ("adl", "maybe", "limit adl: expected one of target, classic, off, found maybe"),
        ("dead_man_s", "3", "limit dead_man_s: expected 20 to 600, or 0 for off, a whole number, found 3"),
    ],
)
def test_beyond_its_bounds_nothing_changes(name, value, sentence):
    made = rig.started()
    before = made.state.limits

    made.command(SetLimit(name, value))

    assert made.alerts == [sentence]
    assert made.state.limits == before


def test_an_unknown_limit_names_the_known_ones():
    made = rig.started()

    made.command(SetLimit("courage", "1"))

    assert made.alerts[0].startswith("limit: expected one of order_value_max, position_value_max,")


def test_it_outlives_a_restart_until_the_settings_say_something_new():
    made = rig.started()
    made.command(SetLimit("leverage", "5"))
    state = checkpoint.restore(None, made.journal, builders.limits())

    limiting.take(state, builders.limits())
    assert state.limits.leverage == 5

    limiting.take(state, builders.limits(leverage=20))
    assert (state.limits.leverage, state.edits) == (20, {})


def test_by_a_checkpoint_too():
    made = rig.started()
    made.command(SetLimit("leverage", "5"))
    made.command(SetLimit("leverage", "7"))

    state = checkpoint.restore(checkpoint.save(made.state), (), builders.limits())
    limiting.take(state, builders.limits())

    assert (state.limits.leverage, state.edits["leverage"]) == (7, ("7", "10"))


def test_every_account_is_judged_by_it_at_once():
    desk = Danger()
    desk.hold("1", "1")
    desk.price("58000.0")
    assert desk.state.board.tiers[ALPHA] is AdlTier.WATCH

    desk.rig.command(SetLimit("adl", "classic"))

    assert desk.state.board.tiers[ALPHA] is AdlTier.NONE
