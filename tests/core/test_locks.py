"""Loss-locks: from the day's start, from the peak, latched until the phrase is typed."""

from desk.core import checkpoint, locks
from desk.model.command import PlaceOrder, SetLimit, Transfer, UnlockSub
from desk.model.effect import SendCancel, SubLocked
from desk.model.event import OrderAccepted
from desk.model.order import Side
from desk.model.units import ZERO
from tests.kit import builders
from tests.kit.builders import ALPHA, BRAVO, BTC, ETH, D
from tests.kit.danger import Danger


def desk(**limits):
    made = Danger(wallet="10000", **limits)
    made.hold("1", "1")
    made.wait(1)
    return made


def locked(made):
    return made.state.locks.get(ALPHA, "")


def fall(made, mark, seconds=1):
    made.price(mark)
    made.wait(seconds)


def test_a_loss_of_the_day_locks():
    made = desk(daily_loss_max=D(500))

    fall(made, "59501.0")
    assert locked(made) == ""
    fall(made, "59500.0")

    assert locked(made) == "lost 500.00 today, the limit is 500"
    assert made.rig.alerts[-1].endswith("it may only reduce until `unlock 1 trade again`")
    assert BRAVO not in made.state.locks


def test_a_fall_from_the_peak_locks():
    made = desk(drawdown_max=D(500))

    fall(made, "60300.0")
    fall(made, "59801.0")
    assert locked(made) == ""
    fall(made, "59800.0")

    assert locked(made) == "500.00 below its peak of 10300.00, the limit is 500"


def test_a_locked_account_only_reduces():
    made = desk(daily_loss_max=D(500))
    made.rig.command(PlaceOrder(sub=ALPHA, symbol=ETH, side=Side.BUY, quantity=D("0.1"), price=D("2900")))
    (resting,) = made.state.open.values()
    made.rig.step(OrderAccepted(made.now, resting.spec.id, 9, ZERO, made.now))
    fall(made, "59400.0")

    assert any(isinstance(each, SendCancel) and each.order == resting.spec.id for each in made.rig.effects)
    made.rig.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.01"), price=D("59000")))
    assert made.rig.alerts[-1] == "buy 0.01 BTCUSDT: sub-account 1 is locked: lost 600.00 today, the limit is 500"
    made.rig.command(
        PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.5"), price=D("59400"), reduce_only=True)
    )
    assert len(made.state.open) == 2


def test_the_lock_outlives_a_restart_and_is_lifted_by_its_phrase_alone():
    made = desk(daily_loss_max=D(500))
    fall(made, "59400.0")

    state = checkpoint.restore(None, made.rig.journal, made.state.limits)
    assert state.locks == made.state.locks
    again = checkpoint.restore(checkpoint.save(made.state), (), made.state.limits)
    assert (again.locks, again.baselines, again.peaks) == (made.state.locks, made.state.baselines, made.state.peaks)

    made.rig.command(UnlockSub(ALPHA, "please"))
    assert made.rig.alerts[-1] == "unlock: expected `trade again`, found `please`"
    made.rig.command(UnlockSub(ALPHA, locks.UNLOCK_PHRASE))
    assert locked(made) == ""
    made.wait(2)
    assert locked(made) == ""
    assert checkpoint.restore(None, made.rig.journal, made.state.limits).locks == {}


def test_cash_that_is_moved_is_no_loss():
    made = desk(daily_loss_max=D(500), drawdown_max=D(500))

    made.rig.command(Transfer(source=ALPHA, target=BRAVO, amount=D(3_000)))
    made.wait(2)

    assert locked(made) == ""


def test_a_new_day_counts_from_its_own_start():
    made = desk(daily_loss_max=D(500))
    fall(made, "59600.0")
    made.millis += 86_400_000
    made.rig.step(builders.quote("59600.0/59600.1", made.millis))
    made.rig.step(builders.mark("59600.0", made.millis))
    made.rig.step(builders.mark("3000.0", made.millis, ETH))
    made.wait(2)

    fall(made, "59200.0")

    assert locked(made) == ""


def test_a_mark_alone_locks_nobody():
    made = desk(daily_loss_max=D(500))
    made.millis += 10
    made.rig.step(builders.mark("50000", made.millis))
    made.wait(3)

    assert locked(made) == ""


def test_a_limit_that_is_set_while_it_is_lost_locks_at_once():
    made = desk()
    fall(made, "59400.0")

    made.rig.command(SetLimit("daily_loss_max", "500"))
    made.wait(1)

    assert [each.sub for each in made.rig.effects if isinstance(each, SubLocked)] == [ALPHA]


def test_what_is_not_locked_cannot_be_unlocked():
    made = desk()

    made.rig.command(UnlockSub(BRAVO, locks.UNLOCK_PHRASE))

    assert made.rig.alerts[-1] == "unlock: sub-account 2 is not locked"
