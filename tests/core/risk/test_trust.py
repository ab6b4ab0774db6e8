"""What is not acted on; each source of doubt in a story of its own is in test_deleverage."""

from desk.core.risk import trust
from desk.model.command import PlaceOrder
from desk.model.order import Side
from tests.kit.builders import ALPHA, BTC, ETH, D
from tests.kit.danger import Danger


def desk():
    made = Danger(wallet="9000")
    made.hold("1", "1")
    return made


def test_what_two_sources_agree_about_is_trusted():
    assert trust.doubt(desk().state, [BTC]) == ""


def test_a_symbol_that_is_not_traded_is_not():
    assert trust.doubt(desk().state, ["OLDUSDT"]) == "OLDUSDT: no mark or no touch"


def test_a_mark_within_a_twentieth_of_the_touch_is():
    made = desk()
    made.price("60000.0")
    made.state.markets[BTC].mark = made.state.markets[BTC].mark
    assert trust.doubt(made.state, [BTC, ETH]) == ""


def test_a_difference_that_an_order_under_way_may_explain_is_no_doubt():
    made = desk()
    made.rig.command(
        PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.5"), price=D(60_000), reduce_only=True)
    )
    made.state.account.positions.clear()

    assert "our accounts hold" not in trust.doubt(made.state, [BTC])


def test_equity_a_percent_apart_is_rounding_and_two_are_not():
    made = desk()
    made.state.account.wallet *= D("0.995")
    assert trust.doubt(made.state, [BTC]) == ""
    made.state.account.wallet *= D("0.98")
    assert trust.doubt(made.state, [BTC]) == "equity: ours is 18000.00, the venue's 17551.80"
