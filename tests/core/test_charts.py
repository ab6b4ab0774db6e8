"""Once a second, one point for every chart."""

from decimal import Decimal

from desk.core import charts
from desk.core.market import SAMPLES_MAX
from desk.model.view import Sample
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC, at
from tests.kit.danger import Danger

D = Decimal


def test_a_sample_has_the_mid_and_the_equity_of_every_sub_account():
    state = rig.started(wallet="1000").state
    position = state.accounts["1"].position(BTC)
    position.quantity, position.cost = D(2), D(180)  # at 100: 20 gained
    state.now = at(1000)

    charts.sample(state)

    assert list(state.markets[BTC].prices) == [Sample(at(1000), D("100.05"))]
    assert list(state.equities["1"]) == [Sample(at(1000), D(1020))]
    assert list(state.equities["2"]) == [Sample(at(1000), D(1000))]


def test_without_a_market_there_is_no_price_and_equity_is_cash():
    state = rig.begun(wallet="1000").state
    state.accounts["1"].position(BTC).quantity = D(2)

    charts.sample(state)

    assert list(state.markets[BTC].prices) == []
    assert state.equities["1"][0].value == D(1000)


def test_only_the_latest_samples_are_kept():
    state = rig.started().state

    for second in range(SAMPLES_MAX + 5):
        state.now = at(second * 1000)
        charts.sample(state)

    assert len(state.equities["1"]) == len(state.markets[BTC].prices) == SAMPLES_MAX
    assert state.equities["1"][0].ts == at(5000)


def test_a_pulse_samples():
    desk = rig.started()

    list(desk.wait(at(3000)))

    assert [each.ts for each in desk.state.equities["1"]] == [at(1000), at(2000), at(3000)]


def test_the_margin_ratio_is_sampled_in_percent_and_stays_finite():
    desk = Danger()
    desk.hold("1", "1")
    for price in ("58700.0", "56000.0"):
        desk.price(price)
        charts.sample(desk.state)

    # 243.5 / 1,900, then equity is gone.
    assert [each.value for each in desk.state.ratios[ALPHA]][-2:] == [D("12.82"), D(200)]
