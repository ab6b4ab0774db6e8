"""TWAP: the vectors T1 to T5, its children, its end, and what a stall or a restart makes of it."""

import pytest
from msgspec.structs import replace

from desk.core import checkpoint
from desk.core.algos import twap
from desk.core.state import sight
from desk.model.command import PauseAlgo, ResumeAlgo, StartRun, StopAlgo
from desk.model.effect import SendAmend, SendCancel, SendOrder
from desk.model.event import OrderAccepted, OrderCancelled, OrderExpired, OrderFilled, TimerFired
from desk.model.order import Side, TimeInForce
from desk.model.program import Catchup, Child, OnEnd, TwapSpec
from desk.model.units import ZERO, AlgoId
from desk.model.view import AlgoState
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at

SPEC = TwapSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.000"), span_ms=100_000, slices=10)
RUN = AlgoId("twap-1")


class Played:
    """A desk with one TWAP; a market at 100.0/100.1 that is fresh at every slice."""

    def __init__(self, **changes):
        rules = builders.instrument(notional_min=D("0.05"))
        self.rig = rig.started(instruments=[rules], wallet="100000")
        self.trades = 0
        self.sizes = []
        self.sent = self._orders(self.rig.command(StartRun(replace(SPEC, **changes)), 0))

    def _orders(self, effects):
        found = [each for each in effects if isinstance(each, SendOrder)]
        self.sizes += [each.spec.quantity for each in found]
        return found

    def fill(self, part="1"):
        """Fill a part of the order that has just left, rounded down to lots, and expire the rest."""
        (effect,) = self.sent
        spec, now = effect.spec, self.rig.state.now
        done = (spec.quantity * D(part)).quantize(D("0.001"), rounding="ROUND_FLOOR")
        self.trades += 1
        self.rig.step(OrderAccepted(now, spec.id, self.trades, ZERO, now))
        if done:
            self.rig.step(OrderFilled(now, spec.id, BTC, self.trades, spec.price, done, ZERO, False, done, now))
        self.sent = []
        if done < spec.quantity:
            self.sent = self._orders(self.rig.step(OrderExpired(now, spec.id, done, "ioc remainder", now)))

    def slice(self, number):
        """Let the time of a slice come; what lay between has been slept through."""
        millis = number * 10_000
        self.rig.step(builders.mark("100.0", millis))
        effects = list(self.rig.step(builders.quote("100.0/100.1", millis)))
        timers = [key for key in self.rig.timers if key.algo == RUN]
        for key in timers:
            del self.rig.timers[key]
        for key in timers:
            effects += self.rig.step(TimerFired(at(millis), key))
        self.sent = self._orders(effects)

    @property
    def row(self):
        state = self.rig.state
        return state.runs[RUN].view(sight(state, state.runs[RUN]))


def sizes(*texts):
    return [D(each) for each in texts]


def test_what_a_slice_has_missed_is_caught_up_by_the_next_ones():
    played = Played()
    played.fill("0.5")
    for number in range(1, 10):
        played.slice(number)
        played.fill("0.5" if number < 3 else "1")

    assert played.sizes == sizes(".1", ".15", ".175", ".188", ".1", ".1", ".1", ".1", ".1", ".1")
    assert played.rig.state.accounts[ALPHA].quantity(BTC) == D(1)
    assert (played.row.state, played.row.note) == (AlgoState.DONE, "filled")


def test_after_a_stall_no_more_than_three_slices_come_at_once():
    played = Played()
    played.fill()
    for number in (1, 2, 7, 8, 9):
        played.slice(number)
        played.fill()

    assert played.sizes == sizes(".1", ".1", ".1", ".3", ".3", ".1")
    assert played.row.note == "filled"


def test_what_cannot_be_caught_up_any_more_is_left_over():
    played = Played()
    played.fill()
    for number in (1, 9):
        played.slice(number)
        played.fill()
    played.slice(10)

    assert played.sizes == sizes(".1", ".1", ".3")
    assert played.row.note == "time is over, 0.500 left"


def test_what_is_left_over_can_be_taken():
    played = Played(on_end=OnEnd.CROSS)
    played.fill()
    played.slice(9)
    played.fill()
    played.slice(10)
    played.fill()

    assert played.sizes == sizes(".1", ".3", ".6")
    assert played.row.note == "filled"


def test_or_go_on_in_slices():
    played = Played(on_end=OnEnd.EXTEND)
    played.fill()
    for number in (9, 10, 11, 12, 13, 14, 15):
        played.slice(number)
        played.fill()

    assert played.sizes == sizes(".1", ".3", ".1", ".1", ".1", ".1", ".1", ".1")
    assert played.row.note == "filled"


def test_spread_shares_what_is_left_among_what_remains():
    played = Played(catchup=Catchup.SPREAD)
    played.fill()
    played.slice(6)

    assert played.sizes == sizes(".1", ".225")


def test_skip_leaves_what_was_missed():
    played = Played(catchup=Catchup.SKIP)
    played.fill("0")
    played.slice(6)

    assert played.sizes == sizes(".1", ".1")


def test_a_thousand_in_seven_is_exact():
    spec = replace(SPEC, slices=7)

    assert twap.plan(spec, builders.instrument()) == sizes(*["0.143"] * 6, "0.142")


def test_a_stall_of_most_of_the_span_never_sends_it_all():
    played = Played(slices=4, span_ms=80_000, quantity=D("4"))
    played.fill()
    played.slice(7)

    assert played.sizes == sizes("1", "3")


def test_slices_too_small_for_the_venue_are_joined():
    rules = builders.instrument(notional_min=D(20))

    assert twap.slices_of(SPEC, rules, D(100)) == 5
    assert twap.slices_of(replace(SPEC, quantity=D("0.1")), rules, D(100)) == 0


def test_a_slice_pays_the_slip_and_never_more_than_the_limit():
    assert Played(slip_bps=D(50)).sent[0].spec.price == D("100.6")
    assert Played(slip_bps=D(50), limit=D("100.3")).sent[0].spec.price == D("100.3")
    sold = Played(side=Side.SELL, slip_bps=D(50)).sent[0].spec
    assert (sold.price, sold.tif) == (D("99.5"), TimeInForce.IOC)


def test_one_child_works_at_a_time():
    played = Played()
    played.slice(1)

    assert played.sent == []


def test_a_paused_run_waits_and_catches_up():
    played = Played()
    played.fill()
    played.rig.command(PauseAlgo(RUN))
    played.slice(1)
    assert (played.sent, played.row.state) == ([], AlgoState.PARKED)

    played.sent = played._orders(played.rig.command(ResumeAlgo(RUN)))
    assert played.sizes == sizes(".1", ".1")


def test_a_stopped_run_ends():
    played = Played()
    played.fill()
    played.rig.command(StopAlgo(RUN))

    assert (played.row.state, played.row.note) == (AlgoState.DONE, "stopped by hand")


def test_it_comes_back_from_the_journal_as_it_was():
    played = Played()
    played.fill("0.5")
    played.slice(1)
    state = checkpoint.restore(None, played.rig.journal, builders.limits())
    again = checkpoint.restore(checkpoint.save(played.rig.state), (), builders.limits())

    for back in (state, again):
        run = back.runs[RUN]
        assert (run.save().spec, run.save().is_parked) == (replace(SPEC), True)
        assert sum(each.filled for each in back.orders_of(RUN).values()) == D("0.05")


# Children that rest


def test_a_chase_rests_and_is_taken_near_the_end_of_its_slice():
    played = Played(child=Child.CHASE)
    (first,) = played.sent
    assert (first.spec.price, first.spec.tif, first.spec.leg) == (D("100.0"), TimeInForce.GTX, 0)
    played.rig.step(OrderAccepted(at(40), first.spec.id, 1, ZERO, at(40)))

    played.rig.step(builders.mark("100.1", 2_000))
    moved = played.rig.step(builders.quote("100.1/100.2", 2_000))
    assert [(each.price, each.quantity) for each in moved if isinstance(each, SendAmend)] == [(D("100.1"), D("0.1"))]

    played.rig.step(builders.quote("100.1/100.2", 7_900))
    effects = [each for _, made in played.rig.wait(at(8_000)) for each in made]
    assert [type(each) for each in effects if isinstance(each, SendCancel)] == []  # an amendment is on its way


def test_the_legs_tell_the_slices_apart():
    played = Played()
    played.fill()
    played.slice(1)

    assert played.sent[0].spec.id == "PMS0001_TWP001000101_00002"


def test_a_child_that_rests_is_closed_before_the_next_slice():
    played = Played(child=Child.CHASE)
    (first,) = played.sent
    played.rig.step(OrderAccepted(at(40), first.spec.id, 1, ZERO, at(40)))

    played.rig.step(builders.mark("100.0", 10_000))
    effects = played.rig.step(builders.quote("100.0/100.1", 10_000))
    assert [each.order for each in effects if isinstance(each, SendCancel)] == [first.spec.id]

    after = played.rig.step(OrderCancelled(at(10_040), first.spec.id, ZERO, at(10_040)))
    assert [each.spec.quantity for each in after if isinstance(each, SendOrder)] == [D("0.2")]


@pytest.mark.parametrize("part", ["0.3", "0.7"])
def test_filled_and_working_never_come_to_more_than_was_asked_for(part):
    played = Played(catchup_max=10)
    played.fill(part)
    for number in range(1, 14):
        played.slice(number)
        if played.sent:
            played.fill(part)

    assert played.rig.state.accounts[ALPHA].quantity(BTC) <= D(1)
    assert sum(each.filled for each in played.rig.state.orders_of(RUN).values()) <= D(1)


def test_a_slice_that_may_not_leave_now_leaves_with_the_next_news():
    played = Played()
    played.fill()
    effects = played.rig.step(builders.quote("100.0/100.1", 10_000))  # the mark is ten seconds old
    assert [each for each in effects if isinstance(each, SendOrder)] == []
    assert "mark price" in played.row.note

    played.rig.step(builders.mark("100.0", 10_100))
    effects = played.rig.step(builders.quote("100.0/100.1", 10_101))
    assert [each.spec.quantity for each in effects if isinstance(each, SendOrder)] == [D("0.1")]
