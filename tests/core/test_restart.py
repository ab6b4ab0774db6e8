"""A desk that is killed anywhere comes back to the venue's truth and asks for no lot twice: two hundred seeds."""

from decimal import Decimal
from random import Random

import pytest

from desk.core import checkpoint
from desk.core.engine import Engine
from desk.model.command import ChaseSpec, OnTtl, ResumeAlgo, StartChase, StopAlgo
from desk.model.event import LinkChanged, LinkState, Started
from desk.model.order import Side
from desk.model.units import ZERO
from desk.model.view import AlgoState, DeskMode
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC
from tests.kit.rig import Rig
from tests.kit.rough_venue import RoughVenue

QUANTITY = Decimal("2.000")


def come_back(dead, memo, seen, venue, epoch):
    """Return the desk of the next process, which has the journal and nothing else."""
    limits = builders.limits()
    desk = Rig(Engine(checkpoint.restore(memo, dead.journal[seen:], limits)))
    desk.journal = list(dead.journal)
    venue.rig = desk
    now = desk.state.now
    venue.take(desk.step(Started(now, epoch, "PAPER", (builders.instrument(),), limits)))
    venue.take(desk.step(LinkChanged(now, LinkState.UP, "connected")))
    rig.show(desk, "100.0/100.1", millis=(now - builders.EPOCH) // 1_000_000)
    return desk


def bounded(desk, venue):
    ours = sum((order.filled + order.outstanding for order in desk.state.orders.values()), ZERO)
    working = [order for order in venue.orders.values() if order.is_open]

    assert venue.reach() <= QUANTITY
    assert ours <= QUANTITY
    assert len(working) + len(venue.on_the_wire) <= 1


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_a_desk_killed_anywhere_comes_back_to_the_truth_and_never_asks_for_too_much(first):
    unfinished = 0
    for seed in range(first, first + 50):
        rng = Random(seed)
        desk = rig.started()
        venue = RoughVenue(desk, seed)
        spec = ChaseSpec(
            sub=ALPHA,
            symbol=BTC,
            side=rng.choice(list(Side)),
            quantity=QUANTITY,
            throttle_ms=50,
            ttl_ms=rng.choice((None, 5_000)),
            on_ttl=OnTtl.CROSS,
            rejects_max=50,
        )
        memo, seen = None, 0
        venue.take(desk.command(StartChase(spec)))
        for epoch in (2, 3):
            for _ in venue.run(rng.randint(20, 1_500)):
                bounded(desk, venue)
                if rng.random() < 0.02:
                    memo, seen = checkpoint.save(desk.state), len(desk.journal)
            venue.go_on_alone(rng.randint(0, 300))
            desk = come_back(desk, memo, seen, venue, epoch)
            for _ in venue.run(600):
                bounded(desk, venue)
            assert desk.state.mode is DeskMode.RUNNING, f"seed {seed}: {desk.state.mode_reason}"
            run = desk.state.runs["chase-1"].save()
            if run.state is not AlgoState.DONE:
                assert run.is_parked
                unfinished += 1
                venue.take(desk.command(ResumeAlgo("chase-1")))
        for _ in venue.run(4_000):
            bounded(desk, venue)
        venue.take(desk.command(StopAlgo("chase-1")))
        for _ in venue.run(2_000):
            bounded(desk, venue)

        assert desk.state.runs["chase-1"].save().ended is not None, f"seed {seed}"
        assert not list(desk.state.open_orders()), f"seed {seed}"
        assert desk.state.accounts[ALPHA].quantity(BTC) * spec.side.sign == venue.filled(), f"seed {seed}"

    assert unfinished > 20
