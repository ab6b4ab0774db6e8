"""One line in, exact commands or one complaint out. Numbers are worked by hand from the view in `tests/kit/views.py`."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from desk.model.command import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    ChaseMode,
    ChaseSpec,
    Flatten,
    FlattenVenue,
    KillDesk,
    OnCap,
    OnTtl,
    PauseAlgo,
    Peg,
    PlaceOrder,
    Requery,
    RestrictDesk,
    ResumeAlgo,
    ResumeDesk,
    ReviveDesk,
    SetLimit,
    StartChase,
    StopAlgo,
    UnlockSub,
)
from desk.model.exits import BracketSpec, Exits, Trigger
from desk.model.order import OrderType, Side, TimeInForce
from desk.ui.complaint import Complaint
from desk.ui.completion import complete
from desk.ui.grammar import Help, Parsed, Quit, SelectSub, SelectSymbol, ShowTab, Wait, parse_line
from desk.ui.resolve import Context
from desk.ui.words import CHASE_WORDS, ORDER_FLAGS, VERBS, BlotterTab
from tests.kit.views import ALPHA, BRAVO, BTC, CHARLIE, ETH, D, algo, desk_view, market


def context(sub=ALPHA, symbol=BTC, **changes):
    return Context(desk_view(**changes), sub, symbol)


def steps(line, where=None):
    parsed = parse_line(line, where or context())
    assert isinstance(parsed, Parsed), parsed.text
    return parsed.steps


def complaint(line, where=None):
    parsed = parse_line(line, where or context())
    assert isinstance(parsed, Complaint), parsed
    return parsed


def limit(side, quantity, price, **changes):
    made = PlaceOrder(sub=ALPHA, symbol=BTC, side=side, quantity=D(quantity), price=D(price))
    return replace(made, **changes)


def at_market(side, quantity, **changes):
    made = PlaceOrder(
        sub=ALPHA, symbol=BTC, side=side, quantity=D(quantity), type=OrderType.MARKET, tif=TimeInForce.IOC
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("buy 0.01 BTCUSDT @61800", limit(Side.BUY, "0.01", "61800")),
        ("BUY 0.01 btc @61800", limit(Side.BUY, "0.01", "61800")),
        ("buy 0.01 @ 61800", limit(Side.BUY, "0.01", "61800")),
        ("buy 0.01btc @61800.0 post", limit(Side.BUY, "0.01", "61800", tif=TimeInForce.GTX)),
        ("sell 0.01 ioc @62000", limit(Side.SELL, "0.01", "62000", tif=TimeInForce.IOC)),
        ("sell 0.01 @62000 fok", limit(Side.SELL, "0.01", "62000", tif=TimeInForce.FOK)),
        ("buy 0.1 eth @3400.5", limit(Side.BUY, "0.1", "3400.5", symbol=ETH)),
        ("sell 0.2 market reduce", at_market(Side.SELL, "0.2", reduce_only=True)),
        # 500 / 61843.1 (the bid a sell takes) = 0.0080849...: down to a lot of 0.001.
        ("sell 500usd btc market", at_market(Side.SELL, "0.008")),
        ("sell $500 market", at_market(Side.SELL, "0.008")),
        ("sell 500USDT market", at_market(Side.SELL, "0.008")),
        # 1000 / 60000 = 0.01666..., down to a lot.
        ("buy 1000usd @60000", limit(Side.BUY, "0.016", "60000")),
        # A quarter of 10000.05 at the mark of 61842.7 is 0.04042...
        ("buy 25% market", at_market(Side.BUY, "0.040")),
        # With reduce it is a quarter of the position of 0.250: 0.0625, down to 0.062.
        ("sell 25% market reduce", at_market(Side.SELL, "0.062", reduce_only=True)),
        ("close 50%", at_market(Side.SELL, "0.125", reduce_only=True)),
        ("close 100% @61900", limit(Side.SELL, "0.250", "61900", reduce_only=True)),
    ],
)
def test_an_order_line_becomes_the_order_it_says(line, order):
    assert steps(line) == (order,)


def chase(**changes):
    made = ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.1"))
    return StartChase(replace(made, **changes))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("chase buy 0.1", chase()),
        ("chase buy 0.1 btc join cap 20bps", chase(cap_bps=D(20))),
        ("chase sell 0.1 improve 2 trail", chase(side=Side.SELL, peg=Peg.IMPROVE, peg_ticks=2, mode=ChaseMode.TRAIL)),
        ("chase buy 0.1 improve eth", chase(symbol=ETH, peg=Peg.IMPROVE)),
        ("chase buy 0.1 opp", chase(peg=Peg.OPPOSITE, post_only=False)),
        ("chase buy 0.1 opp post", chase(peg=Peg.OPPOSITE, post_only=True)),
        ("chase buy 0.1 mid offset 3t", chase(peg=Peg.MID, offset_ticks=3)),
        # 2 bps of the best bid, 61843.1, are 12.36862: 123 ticks of 0.1.
        ("chase buy 0.1 offset 2bps", chase(offset_ticks=123)),
        ("chase buy 0.1 cap 61900 oncap cross", chase(cap_price=D(61900), on_cap=OnCap.CROSS)),
        ("chase buy 0.1 cap @61900", chase(cap_price=D(61900))),
        ("chase buy 0.1 ttl 30s onttl cross slip 8bps", chase(ttl_ms=30_000, on_ttl=OnTtl.CROSS, cross_slip_bps=D(8))),
        ("chase buy 0.1 ttl 2m throttle 500ms", chase(ttl_ms=120_000, throttle_ms=500)),
        ("chase buy 0.1 show 0.02", chase(show=D("0.02"))),
        ("chase buy 0.1 tp 40bps sl 61500", chase(exits=Exits(profit_bps=D(40), stop_price=D(61500)))),
        ("chase sell 0.1 reduce", chase(side=Side.SELL, reduce_only=True)),
    ],
)
def test_a_chase_line_becomes_the_chase_it_says(line, expected):
    assert steps(line) == (expected,)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cancel", (CancelAll(sub=ALPHA, symbol=BTC),)),
        ("cancel all", (CancelAll(sub=ALPHA),)),
        ("cancel everything", (CancelAll(),)),
        ("cancel eth", (CancelAll(sub=ALPHA, symbol=ETH),)),
        ("cancel PMS0001_MAN0000006", (CancelOrder("PMS0001_MAN0000006"),)),
        ("cancel 6", (CancelOrder("PMS0001_MAN0000006"),)),
        ("flatten", (Flatten(sub=ALPHA, symbol=BTC),)),
        ("close", (Flatten(sub=ALPHA, symbol=BTC),)),
        ("flatten ethusdt", (Flatten(sub=ALPHA, symbol=ETH),)),
        ("flatten all", (Flatten(sub=ALPHA),)),
        ("flatten everything", (Flatten(),)),
        ("stop chase-3", (StopAlgo("chase-3"),)),
        ("stop 3", (StopAlgo("chase-3"),)),
        ("pause all", (PauseAlgo("chase-3"),)),
        ("resume chase-3", (ResumeAlgo("chase-3"),)),
        ("resume desk", (ResumeDesk(),)),
        ("kill", (KillDesk("killed by hand"),)),
        ("kill fat finger", (KillDesk("fat finger"),)),
        ("revive trade again", (ReviveDesk("trade again"),)),
        ("restrict on", (RestrictDesk(on=True),)),
        ("limit leverage 5", (SetLimit("leverage", "5"),)),
        ("limit adl classic", (SetLimit("adl", "classic"),)),
        ("unlock bravo trade again", (UnlockSub("2", "trade again"),)),
        ("requery", (Requery(),)),
        ("flatten venue", (FlattenVenue(BTC),)),
        ("flatten venue eth", (FlattenVenue(ETH),)),
        ("restrict off", (RestrictDesk(on=False),)),
        ("amend 6 @61842.5", (AmendOrder(order="PMS0001_MAN0000006", price=D("61842.5")),)),
        ("amend 6 0.07", (AmendOrder(order="PMS0001_MAN0000006", quantity=D("0.07")),)),
        ("sub 2", (SelectSub(BRAVO),)),
        ("sub BRAVO", (SelectSub(BRAVO),)),
        ("symbol eth", (SelectSymbol(ETH),)),
        ("tab fills", (ShowTab(BlotterTab.FILLS),)),
        ("wait 5", (Wait(5_000, ""),)),
        ("wait 500ms", (Wait(500, ""),)),
        ("help chase", (Help("chase"),)),
        ("help", (Help(""),)),
        ("quit", (Quit(),)),
        ("", ()),
        (" ; ;", ()),
    ],
)
def test_every_other_verb_becomes_its_steps(line, expected):
    assert steps(line) == expected


@pytest.mark.parametrize("verb", VERBS)
def test_every_example_in_the_help_parses(verb):
    assert steps(VERBS[verb].example)


def test_cancel_last_means_the_newest_open_order_of_the_sub_account():
    orders = tuple(replace(row, created=index) for index, row in enumerate(reversed(desk_view().orders)))

    # From the oldest on the numbers are 1 to 7; 4 is another sub-account's, 7 is the newest of this one.
    assert steps("cancel last", context(orders=orders)) == (CancelOrder("PMS0001_MAN0000007"),)


def test_a_chain_reads_each_part_in_the_context_the_one_before_left():
    parsed = parse_line("sub 3; symbol eth; buy 0.1 @3400; cancel", context())

    order = limit(Side.BUY, "0.1", "3400", sub=CHARLIE, symbol=ETH)
    assert parsed.steps == (SelectSub(CHARLIE), SelectSymbol(ETH), order, CancelAll(sub=CHARLIE, symbol=ETH))
    assert (parsed.context.sub, parsed.context.symbol) == (CHARLIE, ETH)


def test_a_fault_anywhere_in_a_chain_leaves_nothing_to_send():
    found = complaint("cancel all; buy 0.0001 @61800; flatten")

    assert found.text == "buy 0.0001 @61800: quantity: expected at least 0.001, found 0.0001"


def test_what_follows_a_wait_is_left_to_be_read_when_it_is_over():
    # The position that `close` needs does not exist yet: it will, two seconds later.
    found = steps("buy 0.1 eth market; wait 2s; symbol eth; close 100%", context(sub=CHARLIE))

    assert len(found) == 2
    assert found[1] == Wait(2_000, "symbol eth; close 100%")


def test_what_follows_a_wait_must_at_least_begin_with_verbs():
    assert complaint("wait 2s; clsoe").text.startswith("wait 2s: verb: expected close? (one of")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("buy 0.0001 BTCUSDT market", "quantity: expected at least 0.001, found 0.0001"),
        ("buy 0.0015 @61800", "quantity: expected a multiple of 0.001, found 0.0015"),
        ("buy 1000.001 @61800", "quantity: expected at most 1000, found 1000.001"),
        ("buy 121 market", "quantity: expected at most 120, found 121"),
        ("buy 0.01 @61800.05", "price: expected a multiple of 0.1, found 61800.05"),
        # 61842.7 * 1.05 = 64934.835 and * 0.95 = 58750.565: inwards to the tick.
        ("buy 0.01 @64934.9", "price: expected at most 64934.8 (the venue's collar for a buy), found 64934.9"),
        ("sell 0.01 @58750.5", "price: expected at least 58750.6 (the venue's collar for a sell), found 58750.5"),
        ("buy 0.001 @61800", "notional: expected at least 100 USDT, found 61.8 USDT"),
        ("buy 0.01", "price: expected @PRICE or market, found nothing"),
        ("buy 0.01 @61800 market", "price: expected @PRICE or market, found both"),
        ("buy 0.01 market post", "post: expected one of market, post, ioc, fok, found market and post"),
        ("buy", "quantity: expected an amount such as 0.01, 0.01btc, 500usd or 25%, found nothing"),
        ("buy nan market", "quantity: expected an amount such as 0.01, 0.01btc, 500usd or 25%, found nan"),
        ("buy 1e5 market", "quantity: expected an amount such as 0.01, 0.01btc, 500usd or 25%, found 1e5"),
        ("buy -1 market", "quantity: expected an amount such as 0.01, 0.01btc, 500usd or 25%, found -1"),
        ("buy ٣ market", "quantity: expected an amount such as 0.01, 0.01btc, 500usd or 25%, found ٣"),
        ("buy 0 market", "quantity: expected more than 0, found 0"),
        ("buy 1.2.3 market", "quantity: expected a number such as 0.01, found 1.2.3"),
        ("buy 9999999999999999999999 market", "quantity: expected a number such as 0.01, found 9999999999999999999999"),
        ("buy 1doge market", "quantity: expected BTC, USDT or %, found 1doge"),
        ("buy 0.01 61800", "price: expected @61800 if it is one, found 61800"),
        ("buy 0.01 @61800 @61900", "price: expected one, found another: @61900"),
        ("buy 0.01 btc eth market", "symbol: expected one, found another: eth"),
        (
            "buy 0.01 market reduce",
            "reduce-only: expected a short position of alpha in BTCUSDT, found a position of 0.25",
        ),
        ("sell 0.251 market reduce", "reduce-only: expected at most the position of 0.25, found 0.251"),
        ("symbol xyz", "symbol: expected one of BTCUSDT, ETHUSDT, found xyz"),
        ("sub UNALLOCATED", "sub-account: expected one of 1, alpha, 2, bravo, 3, charlie, found UNALLOCATED"),
        ("restrict perhaps", "restrict: expected one of on, off, found perhaps"),
        ("limit leverage 500", "value: expected 1 to 125, a whole number, found 500"),
        ("limit adl maybe", "value: expected one of target, classic, off, found maybe"),
        ("chase 0.1", "side: expected buy or sell, found 0.1"),
        ("chase buy 0.1 ttl", "ttl: expected a value such as 30s or 2m, found nothing"),
        ("chase buy 0.1 oncap cross", "oncap: expected a cap beside it, found none"),
        ("chase buy 0.1 cap 10", "cap: expected at least 58750.6, or a distance in bps, found 10"),
        ("chase sell 0.1 cap 99000", "cap: expected at most 64934.8, or a distance in bps, found 99000"),
        ("chase buy 0.1 cap 20bps oncap explode", "oncap: expected one of hold, cancel, cross, found explode"),
        ("chase buy 0.1 throttle 250", "throttle: expected a time such as 30s, 500ms or 2m, found 250"),
        ("chase buy 0.1 show 0.2", "show: expected a multiple of 0.001 from 0.001 to the quantity, found 0.2"),
        ("chase sell 0.1 reduce tp 40bps", "tp and sl: expected an order that opens, found one that reduces"),
        ("buy 0.1 @61800 tp 61900.05", "tp: expected a multiple of 0.1, found 61900.05"),
        ("buy 0.1 @61800 tp", "tp: expected a value such as 20bps or 40bps, found nothing"),
        ("bracket chase-9 tp 40bps", "run: expected"),
        ("bracket chase-3", "bracket: expected a tp, an sl or both, found nothing"),
        ("chase buy 0.1 join mid", "peg: expected one, found another: mid"),
        ("cancel 99", "order: expected one of"),
        ("amend 6", "amend: expected @PRICE or QTY, found nothing"),
        ("amend 4 0.05", "quantity: expected more than the 0.05 already filled, found 0.05"),
        ("stop chase-2", "run: expected chase-3?, found chase-2"),
        ("wait", "time: expected one, found nothing"),
        ("wait 99h 2", "time: expected one, found 99h 2"),
        ("quit now", "quit: expected one of cancel, flatten, found now"),
        ("help me", "verb: expected one of"),
    ],
)
def test_a_line_that_cannot_be_meant_says_what_was_expected(line, text):
    assert complaint(line).text.startswith(f"{line}: {text}")


def test_a_misspelt_symbol_is_met_with_the_nearest_valid_one():
    assert "expected BTCUSDT?" in complaint("buy 0.01 BTCUDST market").text


def test_a_misspelt_verb_is_met_with_the_nearest_valid_one():
    assert "expected flatten?" in complaint("flaten").text


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("cancel; buy 0.0001 market", 12),
        ("buy 0.01 @61800.05", 9),
        ("buy 0.01", 8),
        ("oops", 0),
        ("buy 0.01 btc pots", 13),
    ],
)
def test_a_complaint_points_at_the_word(line, at):
    assert complaint(line).at == at


def test_nothing_is_priced_before_a_price_is_known():
    blind = market(quote=None, mark=None)

    assert "expected a quote or mark price of BTCUSDT" in complaint("buy 500usd market", context(markets=(blind,))).text


def test_the_sub_account_must_exist():
    assert complaint("buy 0.01 market", context(sub="9")).text.endswith("expected one of 1, 2, 3, found 9")


def test_all_means_the_live_runs_of_this_sub_account_only():
    runs = (algo(), algo(id="chase-4", sub=BRAVO), algo(id="chase-5"))

    assert steps("stop all", context(algos=runs)) == (StopAlgo("chase-3"), StopAlgo("chase-5"))


def test_amounts_stay_exact():
    (order,) = steps("buy 0.123 @61800.1")

    assert (order.quantity, order.price) == (Decimal("0.123"), Decimal("61800.1"))


SOUP = st.lists(
    st.sampled_from(
        [*VERBS, *CHASE_WORDS, *ORDER_FLAGS, "btc", "ETHUSDT", "all", "last", "desk", "6", "@", ";", "0.01", "500usd"]
    )
    | st.from_regex(r"[@$]?[0-9.]{1,20}(bps|t|s|ms|%|btc)?", fullmatch=True)
    | st.text(max_size=12),
    max_size=12,
).map(" ".join)


@given(SOUP)
@settings(max_examples=400, deadline=None)
def test_no_line_raises_whatever_is_typed(line):
    parsed = parse_line(line, context())

    assert isinstance(parsed, Parsed | Complaint)
    assert all(each.lower().startswith(line[:1].lower()) for each in complete(line, context()))


ORDER_LINES = st.tuples(
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 5000).map(lambda thousandths: str(D(thousandths) / 1000))
    | st.sampled_from(["150.55usd", "$99999", "33.333%", "0.0005", "0.0105", "1000.5"]),
    st.sampled_from(["btc", "eth", ""]),
    st.integers(610_000, 625_000).map(lambda tenths: f"@{D(tenths) / 10}")
    | st.sampled_from(["market", "@61800.05", "@3400.25"]),
    st.sampled_from(["", "post", "ioc", "reduce"]),
).map(" ".join)


@given(ORDER_LINES)
@settings(max_examples=300, deadline=None)
def test_no_order_leaves_that_breaks_a_filter_of_the_venue(line):
    parsed = parse_line(line, context())
    assume(isinstance(parsed, Parsed))

    (order,) = parsed.steps

    view = context().view
    instrument, mark = view.instrument(order.symbol), view.market(order.symbol).mark.price
    assert instrument.quantity_min <= order.quantity <= instrument.quantity_max
    assert order.quantity % instrument.lot_size == 0
    if order.price is not None:
        assert order.price % instrument.tick_size == 0
        assert order.reduce_only or order.quantity * order.price >= instrument.notional_min
        worst = mark * (instrument.collar_up if order.side is Side.BUY else instrument.collar_down)
        assert (worst - order.price) * order.side.sign >= 0


def test_an_order_may_carry_its_exits():
    (command,) = steps("buy 0.1 @61800 tp 62000 sl 20bps trigger touch")

    assert command.exits == Exits(profit_price=D(62000), stop_bps=D(20), trigger=Trigger.TOUCH)


def test_a_bracket_is_attached_to_a_live_run():
    (command,) = steps("bracket chase-3 tp 40bps sl 20bps")

    assert command.spec == BracketSpec(
        sub=ALPHA,
        symbol=BTC,
        side=Side.BUY,
        quantity=D("0.100"),
        exits=Exits(profit_bps=D(40), stop_bps=D(20)),
        follows="chase-3",
    )
