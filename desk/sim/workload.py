"""A trader in virtual time: places, moves, chases and flattens, now and then far too much of it."""

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Final

from msgspec import structs

from desk.core.algos.base import Algo
from desk.core.state import DeskState
from desk.model.command import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    ChaseMode,
    ChaseSpec,
    Command,
    EditRun,
    Flatten,
    OnTtl,
    PauseAlgo,
    Peg,
    PlaceOrder,
    RestrictDesk,
    ResumeAlgo,
    ResumeDesk,
    StartChase,
    StartRun,
    StopAlgo,
)
from desk.model.exits import BracketSpec, Exits, Trigger
from desk.model.instrument import Instrument
from desk.model.order import OrderKind, OrderType, Side, TimeInForce
from desk.model.program import (
    Catchup,
    Child,
    EmaMode,
    OnEnd,
    Program,
    Quoting,
    Reference,
    ScaleSpec,
    ScalperSpec,
    Sizes,
    Spacing,
    TwapSpec,
)
from desk.model.units import ZERO, SubId
from desk.model.view import DeskMode

_STALE_MS: Final = 10_000
"""The simulated market speaks every second or two: a touch of that age is not old here."""

_MOST_OF_IT: Final = Decimal("0.7")
_HURRY: Final = 1_500


class Trader:
    """Reads the desk as a person reads the screen; all chance comes from one generator."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._stretched: SubId | None = None
        """The sub-account whose limits have just been tried, to be tried again before the answer is there."""
        self._hurried = 0
        """Orders still to be placed in a hurry."""
        self._acts: tuple[tuple[float, Callable[[DeskState], Command | None]], ...] = (
            (30, self._rest),
            (8, self._take),
            (10, self._cancel),
            (10, self._amend),
            (16, self._chase),
            (5, self._program),
            (10, self._steer),
            (8, self._close),
            (4, self._stretch),
            (4, self._lever),
            (1, self._hurry),
            (3, self._cancel_all),
            (3, self._flatten),
        )
        self._weights = [weight for weight, _ in self._acts]

    def pause_seconds(self) -> float:
        """Draw how long the trader thinks; now and then not at all."""
        if self._stretched is not None:
            return 0.001
        if self._hurried:
            return 0.004
        return self._chance.expovariate(1.2) if self._chance.random() < 0.8 else self._chance.uniform(0.0, 0.1)

    def act(self, state: DeskState) -> Command | None:
        """Return what the trader asks for now, or None."""
        if state.mode is DeskMode.HALTED:
            return ResumeDesk()
        if state.mode is DeskMode.REDUCE_ONLY and self._chance.random() < 0.5:
            return RestrictDesk(on=False)
        if self._stretched is not None:
            return self._stretch(state)
        if self._hurried:
            return self._hurry(state)
        _, act = self._chance.choices(self._acts, self._weights)[0]
        return act(state)

    def fat_finger(self, state: DeskState) -> Command | None:
        """Return an order with a slip of the hand: quantity, price or side gone wrong."""
        instrument, quote = self._market(state)
        if quote is None:
            return None
        slip, side = self._chance.choice((0, 1, 2)), self._side()
        price = quote if slip else quote * Decimal(10) ** side.sign
        quantity = instrument.lot_size * (10_000_000 if slip == 1 else 1_000)
        return PlaceOrder(
            sub=SubId("9") if slip == 2 else self._sub(state),
            symbol=instrument.symbol,
            side=side,
            quantity=quantity,
            price=instrument.round_down_to_tick(price),
        )

    def _rest(self, state: DeskState) -> Command | None:
        instrument, bid = self._market(state)
        if bid is None:
            return None
        side = self._side()
        away = self._chance.choice((0, 0, 1, 2, 5, 40))
        price = bid - instrument.tick_size * away if side is Side.BUY else bid + instrument.tick_size * (1 + away)
        return PlaceOrder(
            sub=self._sub(state),
            symbol=instrument.symbol,
            side=side,
            quantity=self._size(instrument),
            price=price,
            tif=self._chance.choice((TimeInForce.GTC, TimeInForce.GTC, TimeInForce.GTX)),
            exits=self._exits(),
        )

    def _take(self, state: DeskState) -> Command | None:
        instrument, bid = self._market(state)
        if bid is None:
            return None
        kind = self._chance.random()
        side = self._side()
        return PlaceOrder(
            sub=self._sub(state),
            symbol=instrument.symbol,
            side=side,
            quantity=self._size(instrument),
            type=OrderType.MARKET if kind < 0.5 else OrderType.LIMIT,
            price=None if kind < 0.5 else bid + instrument.tick_size * 3 * side.sign,
            tif=TimeInForce.FOK if kind > 0.8 else TimeInForce.IOC,
            exits=self._exits(),
        )

    def _cancel(self, state: DeskState) -> Command | None:
        return CancelOrder(self._chance.choice(list(state.open))) if state.open else None

    def _amend(self, state: DeskState) -> Command | None:
        orders = [order for order in state.open.values() if order.spec.algo is None]
        if not orders:
            return None
        order = self._chance.choice(orders)
        instrument = state.instruments[order.spec.symbol]
        price = order.price + instrument.tick_size * self._chance.choice((-3, -1, 0, 1, 3))
        quantity = order.quantity + instrument.lot_size * self._chance.choice((-20, 0, 0, 20))
        return AmendOrder(order=order.spec.id, price=price, quantity=max(instrument.lot_size, quantity))

    def _chase(self, state: DeskState) -> Command | None:
        instrument, bid = self._market(state)
        running = _busy(state)
        if bid is None or len(running) >= 6:
            return None
        quantity = self._size(instrument)
        return StartChase(
            ChaseSpec(
                sub=self._sub(state),
                symbol=instrument.symbol,
                side=self._side(),
                quantity=quantity,
                show=self._chance.choice((None, None, instrument.round_up_to_lot(quantity / 3))),
                peg=self._chance.choice((Peg.JOIN, Peg.JOIN, Peg.MID, Peg.OPPOSITE)),
                mode=self._chance.choice(tuple(ChaseMode)),
                ttl_ms=self._chance.choice((None, 20_000, 60_000)),
                on_ttl=self._chance.choice((OnTtl.CANCEL, OnTtl.CROSS, OnTtl.KEEP)),
                stale_ms=_STALE_MS,
                post_only=self._chance.random() < 0.6,
                exits=self._exits(),
            )
        )

    def _program(self, state: DeskState) -> Command | None:
        instrument, bid = self._market(state)
        running = _busy(state)
        if bid is None or len(running) >= 8:
            return None
        side, sub, quantity = self._side(), self._sub(state), self._size(instrument)
        if self._chance.random() < 0.4:
            return self._scalper(sub, instrument, quantity)
        if self._chance.random() < 0.5:
            slices = self._chance.randint(2, 12)
            return StartRun(
                TwapSpec(
                    sub=sub,
                    symbol=instrument.symbol,
                    side=side,
                    quantity=quantity,
                    slices=slices,
                    span_ms=slices * self._chance.choice((1_000, 3_000, 8_000)),
                    child=self._chance.choice(tuple(Child)),
                    catchup=self._chance.choice(tuple(Catchup)),
                    catchup_max=self._chance.randint(1, slices),
                    on_end=self._chance.choice(tuple(OnEnd)),
                    exits=self._exits(),
                )
            )
        ends = sorted(bid - side.sign * instrument.tick_size * self._chance.randint(1, 60) for _ in range(2))
        return StartRun(
            ScaleSpec(
                sub=sub,
                symbol=instrument.symbol,
                side=side,
                quantity=quantity,
                low=ends[0],
                high=ends[1],
                count=self._chance.randint(1, 8),
                sizes=self._chance.choice(tuple(Sizes)),
                spacing=self._chance.choice(tuple(Spacing)),
                post_only=self._chance.random() < 0.7,
                exits=self._exits(),
            )
        )

    def _exits(self) -> Exits | None:
        """Draw a profit, a stop, both, or, most of the time, neither."""
        kind = self._chance.random()
        if kind > 0.25:
            return None
        return Exits(
            profit_bps=Decimal(self._chance.randint(1, 20)) if kind < 0.18 else None,
            stop_bps=Decimal(self._chance.randint(1, 20)) if kind > 0.06 else None,
            trigger=self._chance.choice(tuple(Trigger)),
            stale_ms=_STALE_MS,
        )

    def _scalper(self, sub: SubId, instrument: Instrument, quantity: Decimal) -> StartRun:
        base = Decimal(self._chance.randint(1, 10)) / 4
        return StartRun(
            ScalperSpec(
                sub=sub,
                symbol=instrument.symbol,
                quantity=quantity,
                quoting=self._chance.choice(tuple(Quoting)),
                layers=self._chance.randint(1, 4),
                base_bps=base,
                max_bps=base * self._chance.randint(1, 8),
                skew=Decimal(self._chance.randint(-4, 4)) / 4,
                target_bps=Decimal(self._chance.randint(1, 8)),
                reference=self._chance.choice(tuple(Reference)),
                delay_ms=self._chance.choice((500, 1_500, 4_000)),
                loss_bps=Decimal(8),
                stop_bps=Decimal(20),
                hold_ms=self._chance.choice((20_000, 60_000, 300_000)),
                ema=self._chance.choice(tuple(EmaMode)),
                stale_ms=_STALE_MS,
            )
        )

    def _steer(self, state: DeskState) -> Command | None:
        runs = [run.id for run in state.runs.values() if not run.is_done]
        if not runs:
            return None
        run = self._chance.choice(runs)
        if self._chance.random() < 0.3:
            return self._edit(state.runs[run])
        return self._chance.choice((ResumeAlgo(run), ResumeAlgo(run), PauseAlgo(run), StopAlgo(run)))

    def _edit(self, run: Algo) -> Command | None:
        """Ask for another quantity, price or time of a run: now and then one that cannot be."""
        spec = run.spec
        factor = self._chance.choice((Decimal("0.6"), Decimal("0.9"), Decimal("1.5")))
        match spec:
            case BracketSpec():
                return EditRun(run.id, structs.replace(spec, exits=self._exits() or spec.exits))
            case ChaseSpec():
                made: ChaseSpec | Program = structs.replace(
                    spec,
                    quantity=(spec.quantity * factor).quantize(spec.quantity),
                    peg=self._chance.choice((Peg.JOIN, Peg.MID)),
                    ttl_ms=self._chance.choice((None, 90_000)),
                    show=None,
                )
            case ScaleSpec():
                made = structs.replace(spec, count=self._chance.randint(1, 8), high=spec.high + spec.high - spec.low)
            case _:
                made = structs.replace(spec, quantity=(spec.quantity * factor).quantize(spec.quantity))
        return EditRun(run.id, made)

    def _close(self, state: DeskState) -> Command | None:
        held = [
            (account.id, symbol, position.quantity)
            for account in state.subs()
            for symbol, position in account.positions.items()
            if position.quantity and symbol in state.markets
        ]
        if not held:
            return None
        sub, symbol, quantity = self._chance.choice(held)
        market = state.markets[symbol]
        side = Side.SELL if quantity > ZERO else Side.BUY
        price = market.touch(side.opposite if self._chance.random() < 0.5 else side)
        part = market.instrument.round_down_to_lot(abs(quantity) * self._chance.choice((Decimal(1), Decimal("0.5"))))
        if price is None or part < market.instrument.quantity_min:
            return None
        return PlaceOrder(sub=sub, symbol=symbol, side=side, quantity=part, price=price, reduce_only=True)

    def _stretch(self, state: DeskState) -> Command | None:
        """Ask, twice at once, for more than half of what a sub-account's margin allows: one of them is too much."""
        sub = self._stretched or self._sub(state)
        instrument, bid = self._market(state)
        if bid is None:
            return None
        self._stretched = None if self._stretched else sub
        allowed = state.accounts[sub].wallet * state.limits.leverage / bid * _MOST_OF_IT
        return PlaceOrder(
            sub=sub,
            symbol=instrument.symbol,
            side=Side.BUY,
            quantity=instrument.round_down_to_lot(min(allowed, instrument.quantity_max)),
            price=bid - instrument.tick_size * (40 + self._chance.randint(0, 1)),
        )

    def _lever(self, state: DeskState) -> Command | None:
        """Take on most of what a sub-account's margin allows, at the market."""
        sub = self._sub(state)
        instrument, bid = self._market(state)
        if bid is None:
            return None
        allowed = state.accounts[sub].wallet * state.limits.leverage / bid * _MOST_OF_IT
        quantity = instrument.round_down_to_lot(min(allowed, instrument.market_quantity_max))
        return PlaceOrder(
            sub=sub,
            symbol=instrument.symbol,
            side=self._side(),
            quantity=max(instrument.quantity_min, quantity),
            type=OrderType.MARKET,
        )

    def _hurry(self, state: DeskState) -> Command | None:
        """Place the smallest orders as fast as a script would, for longer than the venue's shortest span."""
        self._hurried = self._hurried - 1 if self._hurried else _HURRY
        instrument, bid = self._market(state)
        if bid is None:
            return None
        return PlaceOrder(
            sub=self._sub(state),
            symbol=instrument.symbol,
            side=Side.BUY,
            quantity=instrument.round_up_to_lot(instrument.notional_min * 2 / bid)
            + instrument.lot_size * (self._hurried % 61),
            price=bid - instrument.tick_size * 40,
            tif=TimeInForce.IOC,
        )

    def _cancel_all(self, state: DeskState) -> Command:
        return CancelAll(sub=self._chance.choice((None, self._sub(state))))

    def _flatten(self, state: DeskState) -> Command:
        return Flatten(sub=self._chance.choice((None, self._sub(state))))

    def _market(self, state: DeskState) -> tuple[Instrument, Decimal | None]:
        instrument = self._chance.choice(list(state.instruments.values()))
        return instrument, state.markets[instrument.symbol].touch(Side.BUY)

    def _sub(self, state: DeskState) -> SubId:
        return self._chance.choice([account.id for account in state.subs()])

    def _side(self) -> Side:
        return self._chance.choice((Side.BUY, Side.SELL))

    def _size(self, instrument: Instrument) -> Decimal:
        # A tenth of the wishes is large enough to reach the limits of a sub-account after a few of them.
        usual = 150 if instrument.base == "BTC" else 3_000
        lots = self._chance.randint(usual // 10, usual) * (10 if self._chance.random() < 0.1 else 1)
        return instrument.lot_size * lots


def _busy(state: DeskState) -> list[Algo]:
    """Return the runs under way, those that only guard left out."""
    return [run for run in state.runs.values() if not run.is_done and run.kind is not OrderKind.BRACKET]
