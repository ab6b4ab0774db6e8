"""A chase never exceeds what was asked for, however rough the way to the venue: three hundred seeds."""

from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from desk.core.orders import TRANSITIONS
from desk.model.command import (
    CancelAll,
    ChaseMode,
    ChaseSpec,
    OnCap,
    OnTtl,
    PauseAlgo,
    Peg,
    ResumeAlgo,
    StartChase,
    StopAlgo,
)
from desk.model.event import AmendRejected, OrderAccepted, OrderFilled
from desk.model.order import OrderStatus, Side, TimeInForce
from desk.model.units import ZERO
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC
from tests.kit.rough_venue import RoughVenue

QUANTITY = Decimal("2.000")
SMALLEST = Decimal("0.060")
SEEDS = 300


def spec(rng):
    """Some chase or other."""
    return ChaseSpec(
        sub=ALPHA,
        symbol=BTC,
        side=rng.choice(list(Side)),
        quantity=QUANTITY,
        peg=rng.choice(list(Peg)),
        mode=rng.choice(list(ChaseMode)),
        throttle_ms=rng.choice((50, 120, 250)),
        cap_bps=rng.choice((None, Decimal(30), Decimal(60))),
        on_cap=rng.choice(list(OnCap)),
        show=rng.choice((None, None, Decimal("0.300"), Decimal("0.777"))),
        ttl_ms=rng.choice((None, 2_000, 6_000)),
        on_ttl=rng.choice((OnTtl.CANCEL, OnTtl.CROSS)),
        rejects_max=20,
    )


def meddle(desk, venue, rng):
    """Now and then a person pauses, resumes, or cancels whatever order there is."""
    luck = rng.random()
    if luck < 0.004:
        venue.take(desk.command(PauseAlgo("chase-1")))
    elif luck < 0.02:
        venue.take(desk.command(ResumeAlgo("chase-1")))
    elif luck < 0.0202:
        venue.take(desk.command(CancelAll()))


def at_most_what_was_asked_for(desk, venue, shown):
    """Hold the venue's truth and our own books to the bound."""
    ours = sum((order.filled + order.outstanding for order in desk.state.orders.values()), ZERO)
    working = [order for order in venue.orders.values() if order.is_open]

    assert venue.reach() <= QUANTITY
    assert ours <= QUANTITY
    assert len(working) + len(venue.on_the_wire) <= 1
    # A rest too small for the venue, worth less than 5, is shown with the last part.
    assert all(
        order.quantity <= shown + SMALLEST
        for order in desk.state.open.values()
        if order.spec.tif is not TimeInForce.IOC
    )


@pytest.mark.parametrize("first", range(0, SEEDS, 50))
def test_a_chase_never_exceeds_what_was_asked_for_and_ends_exact(first):
    reasons = Counter()
    for seed in range(first, first + 50):
        rng = Random(seed)
        desk = rig.started()
        venue = RoughVenue(desk, seed)
        wish = spec(rng)
        venue.take(desk.command(StartChase(wish)))
        for _ in venue.run(8_000):
            at_most_what_was_asked_for(desk, venue, wish.show or QUANTITY)
            meddle(desk, venue, rng)
        venue.take(desk.command(StopAlgo("chase-1")))
        for _ in venue.run(3_000):
            at_most_what_was_asked_for(desk, venue, wish.show or QUANTITY)

        run = desk.state.runs["chase-1"].save()
        reasons[run.note] += 1
        booked = desk.state.accounts[ALPHA].quantity(BTC) * wish.side.sign
        assert run.ended is not None, f"seed {seed}: {run}"
        assert not list(desk.state.open_orders()), f"seed {seed}"
        assert booked == venue.filled(), f"seed {seed}"
        assert (run.note == "filled") == (booked == QUANTITY), f"seed {seed}: {run.note}"

    assert reasons["filled"] > 10
    assert len(reasons) > 2


RACES = {
    (OrderStatus.SUBMITTED, OrderFilled),
    (OrderStatus.FILLED, OrderAccepted),
    (OrderStatus.FILLED, AmendRejected),
    (OrderStatus.EXPIRED, OrderFilled),
    (OrderStatus.CANCELLED, OrderFilled),
    (OrderStatus.UNKNOWN, OrderAccepted),
    (OrderStatus.UNKNOWN, OrderFilled),
}


def test_the_rough_way_is_rough(monkeypatch):
    """Without these races the test above would prove little."""
    walked = set()

    class Watched(dict):
        def get(self, key, default=None):
            walked.add(key)
            return super().get(key, default)

    monkeypatch.setattr("desk.core.orders.TRANSITIONS", Watched(TRANSITIONS))
    for seed in range(100):
        desk = rig.started()
        venue = RoughVenue(desk, seed)
        venue.take(desk.command(StartChase(spec(Random(seed)))))
        for _ in venue.run(8_000):
            pass

    assert walked <= set(TRANSITIONS)
    assert walked >= RACES
