from desk.exchange.schedule import Schedule
from desk.model.units import Nanos


def _schedule(*due):
    schedule = Schedule()
    for at, item in due:
        schedule.push(Nanos(at), item)
    return schedule


def test_the_earliest_comes_first_and_equals_come_as_they_went_in():
    schedule = _schedule((3, "c"), (1, "a"), (3, "b"), (2, "d"))

    assert [schedule.pop() for _ in range(4)] == ["a", "d", "c", "b"]
    assert schedule.next_at is None


def test_only_what_is_due_is_taken():
    schedule = _schedule((3, "c"), (1, "a"), (2, "b"))

    assert schedule.take_until(Nanos(2)) == ["a", "b"]
    assert schedule.next_at == 3


def test_clearing_forgets_everything():
    schedule = _schedule((1, "a"))

    schedule.clear()

    assert schedule.take_until(Nanos(9)) == []
