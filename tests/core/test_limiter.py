"""Whatever the delays and wherever the venue's spans begin, it never counts more than it allows."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from desk.core.limiter import ORDERS, RECV_WINDOW, TRUTH_WEIGHT, Limiter
from desk.model.command import PlaceOrder
from desk.model.effect import SendAmend
from desk.model.event import MetersReported
from desk.model.intent import Place
from desk.model.order import OrderKind, OrderType, Side
from desk.model.units import Nanos
from tests.core.risk.test_gate import claim, granted, hold, refusal, wish
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC, D, at

SECOND = 1_000_000_000


def seconds(number):
    return Nanos(int(number * SECOND))


def test_new_risk_leaves_room_for_the_way_out():
    limiter = Limiter()
    for _ in range(210):  # 70 % of 300
        limiter.note_order(seconds(1))

    assert limiter.problem(seconds(2), is_closing=False) == (
        "orders in 10 s: expected at most 210 of the venue's 300, found 210 under way or just sent; free in 14 s"
    )
    assert limiter.problem(seconds(2), is_closing=True) == ""


def test_the_way_out_ends_at_nine_tenths():
    limiter = Limiter()
    for _ in range(270):
        limiter.note_order(seconds(1))

    assert "expected at most 270" in limiter.problem(seconds(2), is_closing=True)


def test_an_order_counts_for_the_span_and_the_receive_window():
    limiter = Limiter()
    for _ in range(210):
        limiter.note_order(seconds(1))

    assert limiter.problem(seconds(15.9), is_closing=False)
    assert not limiter.problem(seconds(16), is_closing=False)


def test_a_minute_has_a_limit_of_its_own():
    limiter = Limiter()
    for each in range(840):  # 70 % of 1200, 20 a second
        limiter.note_order(seconds(each / 14))

    assert "orders in 60 s: expected at most 840 of the venue's 1200" in limiter.problem(seconds(60), is_closing=False)


def test_questions_leave_room_for_cancels():
    limiter = Limiter()
    asked = 0
    while limiter.may_ask(TRUTH_WEIGHT, seconds(1)):
        limiter.note_weight(TRUTH_WEIGHT, seconds(1))
        asked += 1

    assert asked == 46  # 46 x 31 = 1426 of 1440, which is 60 % of 2400
    assert limiter.may_ask(TRUTH_WEIGHT, seconds(66))


def test_the_gate_names_the_check_and_lets_the_way_out_pass():
    desk = rig.started()
    for _ in range(270):
        desk.state.limiter.note_order(at(0))
    hold(desk, "1", "1.0")

    check, reason = refusal(desk, wish())

    assert check == "rate"
    assert reason.startswith("buy 1.0 BTCUSDT: orders in 10 s: expected at most 210")
    closing = Place(side=Side.SELL, quantity=D("1.0"), price=D("99.9"), type=OrderType.MARKET, reduce_only=True)
    assert refusal(desk, closing)[0] == "rate"
    assert granted(desk, closing, claim(kind=OrderKind.FLATTEN))


def test_an_amendment_counts_as_an_order():
    desk = rig.started()
    desk.command(_place())
    (order,) = desk.state.orders.values()
    before = len(desk.state.limiter.orders)

    desk.engine._acts.amend(order, D("99.0"), D("1.0"))

    assert [type(each) for each in desk.engine._acts.out] == [SendAmend]
    assert len(desk.state.limiter.orders) == before + 1


def _place():
    return PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.5"))


class Venue(RuleBasedStateMachine):
    """A venue that counts in its own spans what arrives up to the receive window late."""

    def __init__(self):
        super().__init__()
        self.limiter = Limiter()
        self.now = 0
        self.arrived = {span.length: Counter() for span in ORDERS}
        self.offset = 0

    @rule(offset=st.integers(0, 60 * SECOND))
    def the_clock_is_elsewhere(self, offset):
        if not any(self.arrived.values()):
            self.offset = offset

    @rule(pause=st.integers(0, 20 * SECOND))
    def time_passes(self, pause):
        self.now += pause

    @rule(
        times=st.integers(1, 400),
        apart=st.integers(0, SECOND // 10),
        late=st.lists(st.integers(0, RECV_WINDOW - 1), min_size=1, max_size=5),
        is_closing=st.booleans(),
    )
    def orders_are_wanted(self, times, apart, late, is_closing):
        for number in range(times):
            self.now += apart
            if self.limiter.problem(Nanos(self.now), is_closing=is_closing):
                return
            self.limiter.note_order(Nanos(self.now))
            at_venue = self.now + self.offset + late[number % len(late)]
            for span, counts in self.arrived.items():
                counts[at_venue // span] += 1

    @invariant()
    def no_span_is_overrun(self):
        for span in ORDERS:
            assert max(self.arrived[span.length].values(), default=0) <= span.most


Venue.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None, derandomize=True)
TestVenue = Venue.TestCase


def test_the_meters_say_what_is_used_and_when_they_are_full_at_this_pace():
    limiter, now = Limiter(), Nanos(1_000 * SECOND)
    for number in range(200):
        limiter.note_order(Nanos(now - 5 * SECOND + number))
    limiter.note_weight(28, now)

    ten, minute, weight = limiter.meters(now)

    # 200 in the last ten seconds are 20 a second: 100 are left of 300, and 1,000 of 1,200.
    assert (ten.used, ten.most, ten.full_in) == (200, 300, 5)
    assert (minute.used, minute.full_in) == (200, 50)
    assert (weight.used, weight.most, weight.full_in) == (28, 2_400, None)
    assert [each.full_in for each in Limiter().meters(now)] == [None] * 3


def test_what_the_venue_counts_beyond_ours_is_used_by_others_until_its_span_ends():
    limiter, minute = Limiter(), 29_833_333 * 60 * SECOND
    now = Nanos(minute + 30 * SECOND)
    limiter.note_weight(28, Nanos(minute + 20 * SECOND))
    limiter.note_order(now)

    limiter.learn(MetersReported(now, weight=1_028, orders_10s=201, orders_1m=301))

    assert [each.used for each in limiter.meters(now)] == [201, 301, 1_028]
    assert "found 270" in _over(limiter, now)
    # Ten seconds later their shortest span has ended, and a minute later all of them.
    assert limiter.meters(Nanos(now + 10 * SECOND))[0].used == 70
    assert [each.used for each in limiter.meters(Nanos(minute + 60 * SECOND))] == [0, 70, 28]


def test_a_venue_that_counts_less_than_we_do_does_not_make_us_bolder():
    limiter, now = Limiter(), Nanos(29_833_333 * 60 * SECOND)
    limiter.note_weight(500, now)

    limiter.learn(MetersReported(now, weight=3))

    assert limiter.meters(now)[2].used == 500


def _over(limiter, now):
    """What the limiter says when so many orders are under way."""
    for _ in range(69):
        limiter.note_order(now)
    return limiter.problem(now, is_closing=True)
