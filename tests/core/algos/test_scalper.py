"""A scalper's day: layers out, an entry, its exit, a pause, a side under water, a way out, a restart."""

from msgspec.structs import replace

from desk.core import checkpoint
from desk.core.state import sight
from desk.model.command import PauseAlgo, StartRun, StopAlgo
from desk.model.effect import SendAmend, SendCancel, SendOrder
from desk.model.event import (
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    TimerFired,
    TimerKey,
)
from desk.model.order import OrderKind, Side, TimeInForce
from desk.model.program import Quoting, ScalperSpec
from desk.model.units import ZERO, AlgoId
from desk.model.view import AlgoState
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at

SPEC = ScalperSpec(
    sub=ALPHA,
    symbol=BTC,
    quantity=D("0.3"),
    layers=2,
    base_bps=D(10),
    max_bps=D(20),
    target_bps=D(10),
    requote_bps=D(2),
    loss_bps=D(30),
    stop_bps=D(80),
    throttle_ms=100,
    delay_ms=1_000,
    fills_max=5,
)
RUN = AlgoId("scalper-1")


class Played:
    """A desk with one scalper; the market is at 60,000.0/60,000.1 unless it is moved."""

    def __init__(self, **changes):
        self.rig = rig.started(touches={BTC: "60000.0/60000.1"}, wallet="100000")
        self.millis, self.trades = 0, 0
        self.rig.effects.clear()
        self.rig.command(StartRun(replace(SPEC, **changes)), 0)

    def new(self):
        """Return what has been asked for since the last call."""
        made = [each for each in self.rig.effects if isinstance(each, SendOrder | SendAmend | SendCancel)]
        self.rig.effects.clear()
        return made

    def orders(self):
        return [each.spec for each in self.new() if isinstance(each, SendOrder)]

    def accept(self, *specs):
        for spec in specs:
            self.trades += 1
            self.rig.step(OrderAccepted(at(self.millis), spec.id, self.trades, ZERO, at(self.millis)))

    def fill(self, spec, quantity=None, price=None):
        self.trades += 1
        order = self.rig.state.orders[spec.id]
        done = D(quantity) if quantity else order.quantity - order.filled
        now = at(self.millis)
        filled = OrderFilled(
            now,
            spec.id,
            BTC,
            self.trades,
            D(price) if price else order.price,
            done,
            ZERO,
            True,
            order.filled + done,
            now,
        )
        self.rig.step(filled)

    def later(self, millis, touch="60000.0/60000.1"):
        self.millis += millis
        bid = touch.partition("/")[0]
        self.rig.step(builders.mark(bid, self.millis))
        self.rig.step(builders.quote(touch, self.millis))

    @property
    def run(self):
        return self.rig.state.runs[RUN]

    @property
    def row(self):
        return self.run.view(sight(self.rig.state, self.run))


def shown(specs):
    return [(spec.side.value, f"{spec.quantity.normalize():f}", str(spec.price), spec.leg) for spec in specs]


def started(**changes):
    played = Played(**changes)
    specs = played.orders()
    played.accept(*specs)
    played.new()
    return played, specs


def test_layers_go_out_on_both_sides():
    played = Played()

    # 10 and 20 bps from 60,000.05; bids down to the tick, asks up.
    assert shown(played.orders()) == [
        ("buy", "0.15", "59940.0", 0),
        ("buy", "0.15", "59880.0", 1),
        ("sell", "0.15", "60060.1", 300),
        ("sell", "0.15", "60120.1", 301),
    ]
    assert {spec.kind for spec in (order.spec for order in played.rig.state.open.values())} == {OrderKind.SCALPER}


def test_or_on_one():
    assert [side for side, *_ in shown(Played(quoting=Quoting.ASKS).orders())] == ["sell", "sell"]


def test_no_layer_goes_through_the_touch():
    played = Played(base_bps=D("0.001"), max_bps=D("0.001"), layers=1)

    assert shown(played.orders()) == [("buy", "0.3", "60000.0", 0), ("sell", "0.3", "60000.1", 300)]


def test_an_entry_is_taken_off_at_its_target():
    played, (bid, *_) = started()

    played.fill(bid)

    # 59,940.0 and 10 bps: 59,999.94, up to the tick; the position bears the promise to close.
    (exit_,) = played.orders()
    assert shown([exit_]) == [("sell", "0.15", "60000.0", 100)]
    assert (exit_.closing, exit_.tif) == (True, TimeInForce.GTC)
    assert played.row.filled == D("0.150")


def test_an_entry_in_parts_has_one_exit_that_grows():
    played, (bid, *_) = started()
    played.fill(bid, "0.05")
    (exit_,) = played.orders()
    played.accept(exit_)
    played.later(200)
    played.new()

    played.fill(bid, "0.06")

    (amended,) = [each for each in played.new() if isinstance(each, SendAmend)]
    assert (amended.order, amended.quantity, amended.price) == (exit_.id, D("0.11"), D("60000.0"))


def test_a_round_trip_is_counted_and_the_layer_enters_again():
    played, (bid, *_) = started()
    played.fill(bid)
    (exit_,) = played.orders()
    played.accept(exit_)
    played.millis += 300
    played.fill(exit_)

    memo = played.run.save()
    # 60.00 earned on 59,940: 10.01 bps. The trip halves the pause of one fill to none.
    assert (memo.trips, memo.result, round(memo.ema.corrected, 2)) == (1, D("9.0000"), D("10.01"))
    assert (memo.layers[0].held, memo.layers[0].level) == (ZERO, 0)
    assert shown(played.orders()) == [("buy", "0.15", "59940.0", 0)]


def test_after_two_quick_fills_a_layer_pauses():
    played, (bid, *_) = started()
    for _ in range(2):
        played.fill(bid)
        (exit_,) = [spec for spec in played.orders() if spec.leg == 100]
        played.accept(exit_)
        played.millis += 150
        played.fill(exit_)
        (bid,) = [spec for spec in played.orders() if spec.leg == 0]
        played.accept(bid)

    played.fill(bid)
    assert played.run.save().layers[0].level >= 1


def test_orders_that_are_over_are_forgotten_and_never_counted_twice():
    played, (bid, *_) = started()
    now = at(played.millis)
    filled = OrderFilled(now, bid.id, BTC, 77, D("59940.0"), D("0.150"), ZERO, True, D("0.150"), now)
    played.rig.step(filled)
    assert bid.id not in played.rig.state.orders_of(RUN)

    played.rig.step(filled)
    played.rig.step(OrderAccepted(now, bid.id, 1, ZERO, now))

    assert played.run.save().layers[0].held == D("0.150")
    assert bid.id not in played.rig.state.orders_of(RUN)


def test_layers_follow_the_reference_when_it_has_moved_enough():
    played, specs = started()

    played.later(200, "60010.0/60010.1")  # 1.7 bps: less than two
    assert played.new() == []
    played.later(200, "60030.0/60030.1")
    moved = [(each.order, str(each.price)) for each in played.new() if isinstance(each, SendAmend)]
    assert moved[0] == (specs[0].id, "59970.0")
    assert len(moved) == 4


def test_one_move_at_a_time_and_no_faster_than_the_throttle():
    played, specs = started()
    played.later(200, "60030.0/60030.1")
    (first, *_) = [each for each in played.new() if isinstance(each, SendAmend)]
    played.later(10, "60060.0/60060.1")
    assert played.new() == []
    played.rig.step(OrderAmended(at(played.millis), first.order, first.price, first.quantity, ZERO, at(played.millis)))
    assert played.new() == []

    played.later(100, "60060.0/60060.1")
    assert [each.order for each in played.new()] == [specs[0].id]


def test_five_entries_a_minute_and_the_side_sleeps():
    played, _ = started(fills_max=1)
    bid = next(each.spec for each in played.rig.state.open.values() if each.spec.leg == 0)
    played.later(100)
    played.fill(bid)
    cancelled = [each.order for each in played.new() if isinstance(each, SendCancel)]

    assert [played.rig.state.orders[each].spec.leg for each in cancelled] == [1]
    assert "bid leg resumes in 60.0 s" in played.row.note


def test_a_side_under_water_takes_no_more_entries_and_keeps_its_exit():
    played, (bid, second) = started(quoting=Quoting.BIDS, max_bps=D(60))
    played.fill(bid)
    (exit_,) = played.orders()
    played.accept(exit_)

    played.later(200, "59750.0/59750.1")  # -31.7 bps

    assert "bid leg out, -32 bps" in played.row.note
    cancelled = [each.order for each in played.new() if isinstance(each, SendCancel)]
    assert cancelled == [second.id]
    assert played.rig.state.orders[exit_.id].is_open


def test_a_side_comes_back_once_it_is_flat_and_has_cooled_down():
    played, (bid,) = started(quoting=Quoting.BIDS, layers=1)
    played.fill(bid)
    (exit_,) = played.orders()
    played.accept(exit_)
    played.later(200, "59750.0/59750.1")
    played.fill(exit_)
    played.later(29_000)
    assert played.orders() == []

    played.later(1_100)
    assert [spec.leg for spec in played.orders()] == [0]


def test_at_the_stop_the_exit_goes_and_the_layer_is_taken_out():
    played, (bid,) = started(quoting=Quoting.BIDS, layers=1)
    played.fill(bid)
    (exit_,) = played.orders()
    played.accept(exit_)
    played.later(200, "59450.0/59450.1")  # -81.7 bps
    assert SendCancel(at(played.millis), exit_.id, BTC) in played.new()

    played.rig.step(OrderCancelled(at(played.millis), exit_.id, ZERO, at(played.millis)))

    (out,) = [spec for spec in played.orders() if spec.leg == 200]
    assert (out.side, out.quantity, out.tif) == (Side.SELL, D("0.3"), TimeInForce.IOC)
    assert out.price == D("59390.6")  # 59,450 less 10 bps


def test_a_way_out_that_finds_little_is_tried_again():
    played, (bid, *_) = started(hold_ms=1_000)
    played.fill(bid)
    (exit_,) = played.orders()
    played.accept(exit_)
    played.later(1_200)
    played.new()
    played.rig.step(OrderCancelled(at(played.millis), exit_.id, ZERO, at(played.millis)))
    (out,) = [spec for spec in played.orders() if spec.leg == 200]
    played.accept(out)
    played.fill(out, "0.1", "59990.0")
    played.rig.step(OrderExpired(at(played.millis), out.id, D("0.1"), "ioc remainder", at(played.millis)))

    played.later(200)

    (again,) = [spec for spec in played.orders() if spec.leg == 200]
    assert again.quantity == D("0.050")


def test_an_entry_of_the_other_side_is_the_exit():
    played, (bid, _, ask, _) = started()
    played.fill(bid)
    (exit_,) = played.orders()
    played.accept(exit_)
    played.later(150)
    played.new()

    played.fill(ask)

    memo = played.run.save()
    # Bought at 59,940.0, sold at 60,060.1: 120.1 * 0.15.
    assert (memo.trips, memo.result) == (1, D("18.01500"))
    assert [each.held for each in memo.layers] == [ZERO] * 4
    assert [each.order for each in played.new() if isinstance(each, SendCancel)] == [exit_.id]


def test_an_exit_that_fills_all_the_same_is_an_entry_of_the_other_side():
    played, (bid, _, ask, _) = started()
    played.fill(bid)
    (exit_,) = played.orders()
    played.accept(exit_)
    played.later(150)
    played.fill(ask)
    played.new()

    played.fill(exit_)

    (short,) = [each for each in played.run.save().layers if each.held]
    assert (short.side, short.held, short.entry) == (Side.SELL, D("0.15"), D("60000.0"))
    assert played.rig.state.accounts[ALPHA].quantity(BTC) == D("-0.15")
    assert [spec.side for spec in played.orders() if spec.leg == 400] == [Side.BUY]


def test_a_stopped_one_says_what_it_still_holds():
    played, (bid, *rest) = started()
    played.fill(bid)
    (exit_,) = played.orders()
    played.accept(exit_)
    played.rig.command(StopAlgo(RUN))
    for spec in (*rest, exit_):
        played.rig.step(OrderCancelled(at(played.millis), spec.id, ZERO, at(played.millis)))

    assert (played.row.state, played.row.note) == (
        AlgoState.DONE,
        "stopped by hand, 0 round trips, 0.15 still held",
    )


def test_a_paused_one_moves_nothing():
    played, _ = started()
    played.rig.command(PauseAlgo(RUN))

    played.later(500, "60100.0/60100.1")

    assert played.new() == []
    assert played.row.state is AlgoState.PARKED


def test_it_comes_back_with_what_its_layers_hold():
    played, (bid, *_) = started()
    played.fill(bid, "0.05")

    by_journal = checkpoint.restore(None, played.rig.journal, builders.limits())
    by_memo = checkpoint.restore(checkpoint.save(played.rig.state), (), builders.limits())

    assert by_memo.runs[RUN].save().layers[0].held == D("0.05")
    # Nothing is decided while a journal is read: the run counts when it is asked to go on.
    orders = by_journal.orders_of(RUN)
    assert sum(each.filled for each in orders.values()) == D("0.05")


def test_it_looks_again_without_a_tick():
    played, _ = started()
    played.later(100)
    played.new()

    effects = played.rig.step(TimerFired(at(1_200), TimerKey(RUN, "look")))

    assert effects != ()
