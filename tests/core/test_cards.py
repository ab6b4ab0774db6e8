"""The execution card: numbers worked by hand, mark-outs added when they are known, kept over a restart."""

from msgspec.structs import replace

from desk.core import cards, checkpoint
from desk.model.command import ChaseSpec, StartChase, StopAlgo
from desk.model.effect import CardWritten, SendOrder
from desk.model.event import OrderAccepted, OrderCancelled, OrderFilled
from desk.model.order import Side
from desk.model.units import ZERO, AlgoId
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at

RUN = AlgoId("chase-1")


def begun(side=Side.BUY):
    desk = rig.started()
    desk.command(StartChase(ChaseSpec(sub=ALPHA, symbol=BTC, side=side, quantity=D("1.0"))))
    return desk


def sent(desk):
    return next(each.spec for each in desk.effects if isinstance(each, SendOrder))


def fill(desk, millis, quantity, *, price, cumulative, fee, maker=True):
    spec = sent(desk)
    desk.step(
        OrderFilled(at(millis), spec.id, BTC, millis, D(price), D(quantity), D(fee), maker, D(cumulative), at(millis))
    )


def play(desk, until):
    for _ in desk.wait(at(until)):
        pass


def bought():
    """Buys 0.4 at 100.0 as maker and 0.6 at 100.2 as taker; the mid it found is 100.05."""
    desk = begun()
    desk.step(OrderAccepted(at(40), sent(desk).id, 1, ZERO, at(40)))
    fill(desk, 500, "0.4", price="100.0", cumulative="0.4", fee="0.008")
    fill(desk, 600, "0.6", price="100.2", cumulative="1.0", fee="0.03006", maker=False)
    return desk


def card(desk):
    return desk.state.cards[RUN]


def test_a_card_says_what_was_got_against_what_was_found():
    desk = bought()
    play(desk, 1_000)

    made = card(desk)
    assert (made.filled, made.average_price, made.arrival_mid) == (D("1.0"), D("100.12"), D("100.05"))
    assert round(made.slippage_bps, 4) == D("6.9965")  # 0.07 of 100.05
    assert made.maker_share == D("0.4")
    assert made.fee == D("0.03806")
    assert made.cost == D("0.10806")  # 0.07 and the fees
    assert made.cost_if_crossed == D("0.10005")  # half a spread of 0.05, and 5 bps of 100.1
    assert (made.operations, made.rejects, made.reason) == (1, 0, "filled")
    assert made.markouts == (None, None, None)


def test_a_sale_below_the_mid_costs():
    desk = begun(Side.SELL)
    desk.step(OrderAccepted(at(40), sent(desk).id, 1, ZERO, at(40)))
    fill(desk, 500, "1.0", price="100.0", cumulative="1.0", fee="0.02")
    play(desk, 1_000)

    assert card(desk).cost == D("0.07")
    assert card(desk).slippage_bps > 0
    assert card(desk).cost_if_crossed == D("0.10000")  # 0.05, and 5 bps of 100.0


def test_the_trader_is_told_at_the_end():
    desk = bought()
    play(desk, 1_000)

    assert desk.alerts[-1] == (
        "chase-1: 100.12 on average, +7.0 bps from the mid it found, 40 % as maker; it cost +0.11 with fees,"
        " crossing at once +0.10"
    )


def test_mark_outs_are_by_quantity_at_one_five_and_thirty_seconds():
    desk = bought()
    desk.step(builders.quote("100.3/100.5", 1_400))  # nothing is due
    desk.step(builders.quote("101.0/101.2", 1_500))  # one second after the first trade
    desk.step(builders.quote("102.1/102.3", 1_600))  # and after the second
    desk.step(builders.quote("99.9/100.1", 5_600))
    play(desk, 6_000)
    assert None in card(desk).markouts
    desk.step(builders.quote("100.1/100.3", 30_600))
    play(desk, 31_000)

    one, five, thirty = card(desk).markouts
    # 0.4 * (101.1 - 100.0) / 100.0 + 0.6 * (102.2 - 100.2) / 100.2, and so on
    assert round(one, 4) == D("163.7605")
    assert round(five, 4) == D("-11.9760")
    assert round(thirty, 4) == D("8.0000")


def test_a_card_outlives_a_restart_by_journal_and_by_checkpoint():
    desk = bought()
    play(desk, 1_000)

    assert checkpoint.restore(None, desk.journal, desk.state.limits).cards == desk.state.cards
    again = checkpoint.restore(checkpoint.save(desk.state), (), desk.state.limits)
    assert again.cards == desk.state.cards


def test_a_run_that_bought_nothing_has_a_card_too():
    desk = begun()
    desk.step(OrderAccepted(at(40), sent(desk).id, 1, ZERO, at(40)))
    desk.command(StopAlgo(RUN))
    play(desk, 1_000)
    assert RUN not in desk.state.cards  # its order may still be filled
    desk.step(OrderCancelled(at(1_100), sent(desk).id, ZERO, at(1_100)))
    play(desk, 2_000)

    assert (card(desk).filled, card(desk).average_price, card(desk).cost_if_crossed) == (ZERO, None, ZERO)
    assert desk.alerts[-1] == "chase-1: nothing was filled"


def test_a_card_is_written_once_at_the_end_and_once_with_its_mark_outs():
    desk = bought()
    play(desk, 60_000)

    assert sum(isinstance(each, CardWritten) for each in desk.effects) == 2


def test_the_oldest_card_makes_room():
    desk = bought()
    play(desk, 1_000)
    made = card(desk)
    for number in range(2, cards.CARDS_MAX + 2):
        run = AlgoId(f"chase-{number}")
        cards.remember(desk.state, CardWritten(at(0), replace(made, algo=run)))

    assert len(desk.state.cards) == cards.CARDS_MAX
    assert RUN not in desk.state.cards
