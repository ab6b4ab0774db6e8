"""What a command would lead to, by numbers."""

from desk.core.risk.foresight import foresee
from desk.model.command import CancelAll, ChaseSpec, PlaceOrder, StartChase, StartRun
from desk.model.order import OrderType, Side, TimeInForce
from desk.model.program import ScaleSpec, TwapSpec
from tests.kit.builders import ALPHA, BTC, D
from tests.kit.danger import Danger


def buy(quantity, price="60000.1", **changes):
    order = {
        "sub": ALPHA,
        "symbol": BTC,
        "side": Side.BUY,
        "quantity": D(quantity),
        "price": D(price) if price else None,
    }
    return PlaceOrder(**{**order, **changes})


def test_an_order_that_takes_pays_the_taker_and_stands_at_the_touch():
    desk = Danger(wallet="6000")

    found = foresee(desk.state, buy("1"))

    # 60,000.1 * 0.05 % = 30.00005; equity 6,000 - 30.00005 - 0.1; 60,000 costs 250 of maintenance.
    assert (found.fee_maker, found.fee_taker) == (D("12.00002"), D("30.00005"))
    assert (found.ratio_before, round(found.ratio_after, 8)) == (0, round(250 / D("5969.89995"), 8))
    # 5,969.99995 - (60,000.1 - p) = 0.5 % p - 50
    assert round(found.liquidation_price, 4) == round(D("53980.10005") / D("0.995"), 4)
    assert found.margin_worst == D("1200")
    assert (found.check, found.refusal, found.command) == ("", "", buy("1"))


def test_an_order_that_rests_pays_the_maker_and_stands_at_its_price():
    desk = Danger(wallet="6000")

    found = foresee(desk.state, buy("1", "59000.0", tif=TimeInForce.GTX))

    assert found.fee_maker == D("11.8")
    assert round(found.ratio_after, 8) == round(250 / (6_000 - D("11.8") + 1_000), 8)


def test_what_the_gate_would_refuse_says_so_and_nothing_happens():
    desk = Danger(wallet="1000")
    before = desk.state.order_seq

    found = foresee(desk.state, buy("1"))

    assert found.check == "margin"
    assert "expected at most 1000.00 of equity, found 1200.00" in found.refusal
    assert (desk.state.order_seq, len(desk.state.open), desk.state.refusals) == (before, 0, {})


def test_the_venues_account_has_all_of_it():
    desk = Danger(wallet="6000")
    desk.hold("2", "-1")

    found = foresee(desk.state, buy("1"))

    assert found.venue_ratio_after == 0
    assert found.venue_liquidation_price is None
    assert found.ratio_after > 0


def test_a_neighbour_on_the_same_side_is_reckoned_with():
    desk = Danger(wallet="6000")
    alone = foresee(desk.state, buy("0.5"))
    desk.hold("2", "4")

    beside = foresee(desk.state, buy("0.5"))

    assert beside.ratio_after > alone.ratio_after


def test_a_chase_is_all_of_its_quantity_at_the_touch():
    desk = Danger(wallet="6000")
    spec = ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.5"))

    found = foresee(desk.state, StartChase(spec))

    assert found.fee_maker == D("6")
    assert found.margin_worst == D("600")


def test_closing_lowers_the_ratio_and_frees_the_margin():
    desk = Danger(wallet="6000")
    desk.hold("1", "1")
    close = buy("1", side=Side.SELL, type=OrderType.MARKET, price=None, reduce_only=True)

    found = foresee(desk.state, close)

    assert (found.ratio_after, found.liquidation_price) == (0, None)


def test_what_opens_nothing_is_not_foreseen():
    desk = Danger()

    assert foresee(desk.state, CancelAll()) is None
    assert foresee(desk.state, buy("1", sub="9")) is None
    desk.state.markets[BTC].mark = None
    assert foresee(desk.state, buy("1")) is None


def test_a_scale_is_reckoned_at_its_average_and_shows_its_orders():
    desk = Danger(wallet="6000")
    spec = ScaleSpec(
        sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), low=D("58000.0"), high=D("59000.0"), count=2
    )

    found = foresee(desk.state, StartRun(spec))

    # half at 58,000, half at 59,000; 2 bps of 58,500
    assert found.fee_maker == D("11.70000")
    assert [(each.price, each.quantity) for each in found.orders] == [(58_000, D("0.500")), (59_000, D("0.500"))]
    assert found.margin_worst == D("1200")


def test_a_run_that_could_not_start_says_why():
    desk = Danger(wallet="6000")
    spec = TwapSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), span_ms=100, slices=2)

    found = foresee(desk.state, StartRun(spec))

    assert found.check == "twap"
    assert "span: expected at least 1 s for each slice" in found.refusal
    assert found.orders == ()
