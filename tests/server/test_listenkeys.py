"""One key an account, an hour at a time."""

from itertools import count

from desk.model.units import SECOND, Nanos
from desk.server.listenkeys import LIFETIME, ListenKeys

NOW = Nanos(1_790_000_000 * SECOND)


def keys():
    number = count(1)
    return ListenKeys(lambda: f"key-{next(number)}")


def test_the_same_key_comes_back_and_lives_longer():
    made = keys()

    assert made.begin("alice", NOW) == made.begin("alice", Nanos(NOW + LIFETIME - 1)) == "key-1"
    assert made.expired(Nanos(NOW + LIFETIME)) == []
    assert made.account_of("key-1") == "alice"


def test_a_key_that_has_run_out_is_told_once_and_a_new_one_is_another():
    made = keys()
    made.begin("alice", NOW)

    assert made.expired(Nanos(NOW + LIFETIME)) == [("key-1", "alice")]
    assert made.expired(Nanos(NOW + LIFETIME)) == []
    assert made.account_of("key-1") is None
    assert made.extend("alice", NOW) is None
    assert made.begin("alice", NOW) == "key-2"


def test_a_key_is_ended_or_made_to_run_out():
    made = keys()
    made.begin("alice", NOW)
    assert (made.end("alice"), made.end("alice")) == ("key-1", None)

    made.begin("bob", NOW)
    made.run_out("bob", NOW)
    assert made.expired(NOW) == [("key-2", "bob")]
