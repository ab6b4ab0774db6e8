"""Mark-outs: due in order, none without a mid, bounded."""

from desk.core.markouts import NEVER, WAITING_MAX, Markouts
from desk.model.order import Side
from desk.model.units import AlgoId
from tests.kit import views
from tests.kit.builders import BTC, ETH, D, at

RUN = AlgoId("chase-1")


def noted(side=Side.BUY, symbol=BTC):
    made = Markouts()
    made.note(RUN, views.fill(1, side, symbol=symbol, quantity=D(2), price=D(100)), at(0))
    return made


def test_the_next_one_due_is_known():
    made = noted()
    assert made.due == at(1_000)
    made.look(at(1_000), {BTC: D("100.1")})
    assert made.due == at(5_000)
    made.look(at(30_000), {BTC: D("100.1")})
    assert made.due == NEVER
    assert not made.is_waiting(RUN)


def test_a_seller_gains_when_the_price_falls():
    made = noted(Side.SELL)
    made.look(at(1_000), {BTC: D("99.9")})

    assert made.of(RUN) == (D("10"), None, None)


def test_a_market_without_a_touch_gives_none():
    made = noted(symbol=ETH)
    made.look(at(30_000), {BTC: D("100")})

    assert made.of(RUN) == (None, None, None)


def test_a_run_that_is_forgotten_is_unknown():
    made = noted()
    made.look(at(1_000), {BTC: D("101")})
    made.forget(RUN)

    assert made.of(RUN) == (None, None, None)


def test_what_waits_is_bounded():
    made = Markouts()
    for number in range(WAITING_MAX + 1):
        made.note(RUN, views.fill(number), at(number))

    assert made.due == at(1_001)  # the first one is gone
