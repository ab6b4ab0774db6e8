"""The venue's clock from round trips worked out by hand."""

from desk.model.units import MILLISECOND, SECOND, Nanos
from desk.venues.binance.offset import RoundTrip, ServerClock, told_at

MS = MILLISECOND


def trip(sent, received, server):
    return RoundTrip(Nanos(sent * MS), Nanos(received * MS), Nanos(server * MS))


def test_without_a_sample_our_own_clock_has_to_do():
    assert ServerClock().timestamp_ms(Nanos(5_000 * MS)) == 5_000


def test_the_smallest_round_trip_tells_the_offset():
    clock = ServerClock()
    clock.learn(trip(1_000, 1_400, 3_000))  # offset 1800, doubt 201
    clock.learn(trip(2_000, 2_020, 4_010))  # offset 2000, doubt 11
    clock.learn(trip(3_000, 3_200, 5_300))  # offset 2200, doubt 101

    assert clock.timestamp_ms(Nanos(10_000 * MS)) == 10_000 + 2_000 - 11
    assert clock.venue_time(Nanos(10_000 * MS)) == (10_000 + 2_000 - 11) * MS


def test_a_time_stamp_is_never_a_second_ahead_however_bad_the_sample():
    clock = ServerClock()
    # The answer was made the moment the question arrived, and took three seconds back.
    clock.learn(trip(0, 3_000, 0))

    assert clock.timestamp_ms(Nanos(3_000 * MS)) <= 3_000
    assert clock.venue_time(Nanos(3_000 * MS)) <= 3_000 * MS


def test_a_trip_over_a_step_of_our_clock_is_not_taken():
    clock = ServerClock()
    clock.learn(trip(2_000, 1_000, 9_000))

    assert clock.best is None


def test_old_samples_make_room():
    clock = ServerClock()
    clock.learn(trip(0, 2, 100))
    for n in range(16):
        clock.learn(trip(n * 1_000, n * 1_000 + 10, n * 1_000 + 505))

    assert clock.best is not None
    assert clock.best.offset == 500 * MS


def test_after_forgetting_the_next_sample_counts_alone():
    clock = ServerClock()
    clock.learn(trip(0, 2, 100))
    clock.forget()
    clock.learn(trip(0, 400, 700))

    assert clock.best is not None
    assert clock.best.offset == 500 * MS
    assert clock.best.doubt < SECOND


def test_nothing_happened_after_we_heard_of_it():
    assert told_at(5_000, Nanos(5_001 * MS)) == 5_000 * MS
    assert told_at(5_800, Nanos(5_001 * MS)) == 5_001 * MS
