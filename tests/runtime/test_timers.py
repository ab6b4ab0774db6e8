"""The engine's timers."""

from desk.model.event import TimerFired, TimerKey
from desk.model.units import AlgoId, Nanos
from desk.runtime.timers import Timers

PULSE = TimerKey(None, "pulse")
REPRICE = TimerKey(AlgoId("chase-1"), "reprice")


def test_timers_fire_in_the_order_of_their_times_stamped_when_they_fire():
    timers = Timers()
    timers.arm(PULSE, Nanos(20))
    timers.arm(REPRICE, Nanos(10))

    fired = timers.collect(Nanos(25))

    assert fired == [TimerFired(Nanos(25), REPRICE), TimerFired(Nanos(25), PULSE)]
    assert timers.next_at() is None


def test_arming_a_key_again_replaces_its_time():
    timers = Timers()
    timers.arm(REPRICE, Nanos(10))
    timers.arm(REPRICE, Nanos(30))

    assert timers.next_at() == 30
    assert timers.collect(Nanos(20)) == []
    assert timers.collect(Nanos(30)) == [TimerFired(Nanos(30), REPRICE)]


def test_a_disarmed_timer_does_not_fire():
    timers = Timers()
    timers.arm(REPRICE, Nanos(10))
    timers.disarm(REPRICE)
    timers.disarm(PULSE)

    assert timers.next_at() is None
    assert timers.collect(Nanos(99)) == []


def test_a_timer_that_fired_may_be_armed_again():
    timers = Timers()
    timers.arm(PULSE, Nanos(10))
    timers.collect(Nanos(10))

    timers.arm(PULSE, Nanos(20))

    assert timers.collect(Nanos(20)) == [TimerFired(Nanos(20), PULSE)]
