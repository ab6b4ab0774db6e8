"""What must hold of our own deleverage (I13): seen from outside, at the moment an order leaves."""

from collections import Counter
from decimal import Decimal
from typing import Final

from desk.core.state import DeskState, Episode
from desk.exchange.accounts import maintenance_margin
from desk.model.order import OrderKind, OrderSpec
from desk.model.tier import AdlTier
from desk.model.units import SECOND, ZERO, Nanos, SubId, Symbol, millis
from desk.sim.oracle import Oracle
from desk.sim.plan import Sighting

SHARES: Final = {AdlTier.T1: Decimal("0.3"), AdlTier.T2: Decimal("0.5"), AdlTier.T3: Decimal(1)}
"""The most of a position that one step may close; said a second time here, so that one of the two can be wrong."""
RATIO_MIN: Final = Decimal("0.7")
"""No account that is so far from its end, in the marks of the last seconds, may be touched ..."""
REACH: Final = Decimal("2.5")
"""... unless a price this many times `near` away would end it."""
PRICE_APART: Final = Decimal("0.06")


class Overseer:
    """Compares what the desk closes with what the account really holds."""

    def __init__(self, oracle: Oracle, counts: Counter[str]) -> None:
        self._oracle = oracle
        self._counts = counts
        self._episodes: dict[SubId, tuple[Nanos, int]] = {}
        self._held: dict[tuple[SubId, Symbol], Decimal] = {}
        """What was held when the turn began: an order is sized before what came later in the same turn."""

    def sent(self, spec: OrderSpec, state: DeskState, at: Nanos) -> None:
        """An order is leaving that was decided `at`: earlier in the same turn, after a stall."""
        episode = state.episodes.get(spec.sub)
        if episode is not None and episode.began < at and not spec.closing:
            self._blame(spec, f"opens while sub-account {spec.sub} is in {episode.tier}")
        if spec.kind is not OrderKind.DELEVERAGE:
            return
        self._counts[Sighting.DELEVERAGED] += 1
        self._check_inputs(spec, state, at)
        if state.now - at < SECOND:  # else the episode it was decided in may be over: it waited behind a stall
            self._check(spec, episode, state)

    def after_turn(self, state: DeskState) -> None:
        """A tier only grows while its episode lasts."""
        for sub, episode in state.episodes.items():
            began, rank = self._episodes.get(sub, (episode.began, 0))
            if began == episode.began and episode.tier.rank < rank:
                self._oracle.blame("I13", f"sub-account {sub} went back to {episode.tier} in the same episode")
            self._episodes[sub] = (episode.began, episode.tier.rank)
            for symbol, position in state.accounts[sub].positions.items():
                self._held[sub, symbol] = abs(position.quantity)

    def _check(self, spec: OrderSpec, episode: Episode | None, state: DeskState) -> None:
        held = abs(state.accounts[spec.sub].quantity(spec.symbol))
        instrument, market = state.instruments[spec.symbol], state.markets[spec.symbol]
        if episode is None:
            self._blame(spec, "without an episode")
            return
        least = instrument.notional_min / market.mark.price if market.mark is not None else ZERO
        before = max(held, self._held.get((spec.sub, spec.symbol), ZERO))
        share = max(SHARES.get(episode.tier, ZERO) * before, least)
        if spec.quantity > share + instrument.lot_size:
            self._blame(spec, f"closes {spec.quantity} of {held} in {episode.tier}")
        others = [
            each
            for each in state.orders_on(spec.sub, spec.symbol)
            if each.spec.kind is OrderKind.DELEVERAGE and each.spec.id != spec.id and not each.is_settled
        ]
        if others:
            self._blame(spec, f"while {others[0].spec.id} is not settled")
        # What has once been in the last tier is closed to the end.
        has_begun = episode.tier is AdlTier.T3 and bool(episode.steps)
        is_known = held == abs(self._oracle.holding(spec.sub, spec.symbol).quantity)
        if is_known and not has_begun and not self._is_near(spec.sub, state):
            self._blame(spec, f"sub-account {spec.sub} is far from its end")

    def _check_inputs(self, spec: OrderSpec, state: DeskState, at: Nanos) -> None:
        for symbol, position in state.accounts[spec.sub].positions.items():
            if not position.quantity:
                continue
            market = state.markets[symbol]
            age = at - market.mark.ts if market.mark is not None else None
            if age is None or age > millis(state.limits.mark_age_ms_max):
                self._blame(spec, f"at a mark of {symbol} that is {age} ns old")
            elif (
                market.mark is None
                or market.quote is None
                or abs(market.mark.price / market.quote.mid - 1) > PRICE_APART
            ):
                self._blame(spec, f"at a mark of {symbol} that its touch does not confirm")

    def _is_near(self, sub: SubId, state: DeskState) -> bool:
        """Tell whether the account is near its end in some marks of the last seconds."""
        return any(self._is_near_at(sub, marks, state) for marks in self._oracle.marks_lately())

    def _is_near_at(self, sub: SubId, marks: dict[Symbol, Decimal], state: DeskState) -> bool:
        equity, bound, losses = self._oracle.equity(sub, marks), ZERO, [ZERO]
        sides = state.sides()
        for symbol, mark in marks.items():
            quantity = self._oracle.holding(sub, symbol).quantity
            if not quantity:
                continue
            side = max(sides.get((symbol, quantity > 0), ZERO), abs(quantity))
            brackets = state.instruments[symbol].brackets
            bound += abs(quantity) / side * maintenance_margin(brackets, side * mark)
            losses.append(abs(quantity) * mark * REACH * state.nears.get(symbol, Decimal("0.01")))
        return equity <= 0 or bound >= RATIO_MIN * equity or equity - max(losses) <= bound

    def _blame(self, spec: OrderSpec, text: str) -> None:
        self._oracle.blame("I13", f"{spec.id}: {text}")
