"""A process steps, commits and carries out in that order, and can die at each seam."""

import pytest

from desk.model.command import PlaceOrder
from desk.model.effect import SendOrder
from desk.model.event import LinkChanged, LinkState, Started, SubAccount, SubAccountOpened, Submitted, TruthLearned
from desk.model.order import OrderStatus, Side
from desk.model.units import Nanos
from desk.sim.disk import Disk
from desk.sim.process import Killed, Process, Seam
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at


class Wire:
    """Remembers what left, and what of it was durable then."""

    def __init__(self, disk):
        self.disk, self.sent = disk, []

    def send(self, effect):
        if isinstance(effect, SendOrder):
            self.sent.append((effect.spec, effect.spec.id in self.disk.intents))


def started(disk, wire, skew=0):
    process = Process(disk, builders.limits(), wire.send, Nanos(skew), at(0))
    process.inbox.put(Started(at(1), process.epoch, "SIM", (builders.instrument(),), builders.limits()))
    process.inbox.put(SubAccountOpened(at(1), SubAccount(ALPHA, "sub 1", D(100_000))))
    process.inbox.put(LinkChanged(at(1), LinkState.UP, "connected"))
    process.inbox.put(TruthLearned(at(1), rig.truth(D(100_000))))
    process.inbox.put(builders.depth("5@100.0", "5@100.1"))
    process.inbox.put(builders.mark("100.0"))
    process.inbox.put(builders.quote("100.0/100.1"))
    process.turn(at(1))
    return process


def buy(process, count=1):
    for _ in range(count):
        order = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.0"))
        process.inbox.put(Submitted(at(2), order))


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def wire(disk):
    return Wire(disk)


def test_an_order_is_durable_before_it_leaves(disk, wire):
    process = started(disk, wire)

    buy(process)
    process.turn(at(2))

    assert [durable for _, durable in wire.sent] == [True]


def test_a_death_before_the_commit_leaves_no_trace(disk, wire):
    process = started(disk, wire)
    buy(process)
    process.dies_at = Seam.BEFORE_COMMIT

    with pytest.raises(Killed):
        process.turn(at(2))

    assert (wire.sent, disk.intents) == ([], set())


def test_a_death_before_the_sending_leaves_an_intent_and_sends_nothing(disk, wire):
    process = started(disk, wire)
    buy(process)
    process.dies_at = Seam.BEFORE_SEND

    with pytest.raises(Killed):
        process.turn(at(2))
    heir = started(disk, wire)

    assert wire.sent == []
    assert len(disk.intents) == 1
    assert set(heir.state.orders) == disk.intents


def test_a_death_between_two_sends_lets_the_first_go(disk, wire):
    process = started(disk, wire)
    buy(process, 2)
    process.dies_at = Seam.BETWEEN_SENDS

    with pytest.raises(Killed):
        process.turn(at(2))

    assert (len(wire.sent), len(disk.intents)) == (1, 2)


def test_a_full_disk_holds_new_risk_back_and_the_engine_hears_of_it(disk, wire):
    process = started(disk, wire)
    disk.is_full = True

    buy(process)
    process.turn(at(2))
    process.turn(at(2))

    assert wire.sent == []
    assert [order.status for order in process.state.orders.values()] == [OrderStatus.REJECTED]
    assert not process.is_durable


def test_a_clock_that_was_turned_back_does_not_take_the_books_back(disk, wire):
    started(disk, wire).turn(at(1))

    heir = Process(disk, builders.limits(), wire.send, Nanos(-10_000_000_000), at(2))

    assert heir.clock(at(2)) > heir.state.now
