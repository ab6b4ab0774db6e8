"""The desk's seat on the floor: books what the matching decides, and reports it to the desk in that order."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from random import Random
from typing import Final

from desk.exchange.accounts import Account, Position
from desk.exchange.latency import Latency
from desk.exchange.matching import Ending
from desk.exchange.resting import LiveOrder
from desk.exchange.validation import Refused
from desk.model.event import (
    AccountReported,
    AmendRejected,
    CancelRejected,
    Event,
    FundingPaid,
    GuardReported,
    OpenOrder,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    TruthLearned,
    VenueTrade,
    VenueTruth,
)
from desk.model.guard import GuardSpec, GuardState
from desk.model.instrument import Instrument
from desk.model.units import ClientOrderId, Nanos, Symbol

AUTOCLOSE: Final = "autoclose-"
"""How the exchange's own closing orders begin: it takes a fee of its own for them."""
TRADES_KEPT: Final = 500
PAYMENTS_KEPT: Final = 50


class Reporter:
    """Account, open orders and recent trades, and the one ordered way on which reports reach the desk.

    Reports of one moment arrive together; none overtakes an earlier one.
    """

    def __init__(
        self,
        *,
        account: Account,
        instruments: Mapping[Symbol, Instrument],
        deliver: Callable[[Nanos, Event], None],
        latency: Latency,
        chance: Random,
        leverage: int,
    ) -> None:
        self.account = account
        self._leverage = leverage
        self.open: dict[ClientOrderId, LiveOrder] = {}
        self.trades: deque[VenueTrade] = deque(maxlen=TRADES_KEPT)
        self.payments: deque[FundingPaid] = deque(maxlen=PAYMENTS_KEPT)
        self.stops: tuple[GuardSpec, ...] = ()
        """Asleep, as last told."""
        self.version = 0
        self._instruments = instruments
        self._deliver = deliver
        self._latency = latency
        self._chance = chance
        self._now = Nanos(0)
        self._ts: Nanos | None = None
        self._last_ts = Nanos(0)

    def start(self, now: Nanos) -> None:
        """Begin a new moment: what is reported from here on happened at `now`."""
        self._now, self._ts = now, None

    def leverage(self, symbol: Symbol) -> int:
        """Return the leverage, the same for every symbol."""
        return self._leverage

    # What the matching decides.

    def accepted(self, order: LiveOrder) -> None:
        """The order has been taken on."""
        self.open[order.spec.id] = order
        self.version += 1
        self._report(OrderAccepted(self._stamp(), order.spec.id, order.venue_order, order.filled, self._now))

    def amended(self, order: LiveOrder) -> None:
        """The order has a new price or quantity."""
        self.version += 1
        ts = self._stamp()
        self._report(OrderAmended(ts, order.spec.id, order.price, order.quantity, order.filled, self._now))

    def traded(self, order: LiveOrder, price: Decimal, quantity: Decimal, trade: int, *, maker: bool) -> None:
        """Book a trade and its fee, report it with the account behind it."""
        spec, ts = order.spec, self._stamp()
        instrument = self._instruments[spec.symbol]
        rate = instrument.maker_fee if maker else instrument.taker_fee
        if spec.id.startswith(AUTOCLOSE):
            rate += instrument.liquidation_fee
        fee = self.account.trade(instrument.symbol, spec.side, price, quantity, rate)
        self.trades.append(VenueTrade(spec.id, spec.symbol, trade, price, quantity, fee, maker, self._now, spec.side))
        if not order.leaves:
            del self.open[spec.id]
        self.version += 1
        self._report(
            OrderFilled(
                ts, spec.id, spec.symbol, trade, price, quantity, fee, maker, order.filled, self._now, spec.side
            )
        )
        self._state_account()

    def ended(self, order: LiveOrder, ending: Ending, reason: str) -> None:
        """The order is gone."""
        del self.open[order.spec.id]
        self.version += 1
        if ending is Ending.CANCELLED:
            self._report(OrderCancelled(self._stamp(), order.spec.id, order.filled, self._now))
        else:
            self._report(OrderExpired(self._stamp(), order.spec.id, order.filled, reason, self._now))

    # What else the desk is told.

    def refused(
        self, kind: type[OrderRejected | AmendRejected | CancelRejected], order: ClientOrderId, refused: Refused
    ) -> None:
        """Tell that an order was not taken on, or not changed, or that there was nothing to cancel."""
        self._report(kind(self._stamp(), order, refused.code, refused.reason, self._now))

    def guard_told(self, order: ClientOrderId, state: GuardState, reason: str, stops: Iterable[GuardSpec]) -> None:
        """Tell what has become of a stop; `stops` are those that still sleep."""
        self.stops = tuple(stops)
        self.version += 1
        self._report(GuardReported(self._stamp(), order, state, reason, self._now))

    def deposit(self, amount: Decimal) -> None:
        """Add cash; negative takes it out."""
        self.account.wallet += amount
        self.version += 1
        self._state_account()

    def fund(self, symbol: Symbol, mark: Decimal, rate: Decimal) -> None:
        """Settle one funding interval of an open position."""
        amount = self.account.fund(symbol, mark, rate)
        self.version += 1
        self.payments.append(FundingPaid(self._stamp(), symbol, amount, rate, mark, self._now))
        self._report(self.payments[-1])
        self._state_account()

    def bail_out(self) -> None:
        """Let the insurance fund bear what is owed."""
        self.deposit(-self.account.wallet)

    def _state_account(self) -> None:
        """State wallet and positions as they are now."""
        self._report(AccountReported(self._stamp(), self.account.wallet, self.account.stated(), self._now))

    def tell_truth(self, asked: Nanos) -> None:
        """Answer a query for everything."""
        self._report(TruthLearned(self._stamp(), self.truth(self._now), asked))

    def truth(self, now: Nanos) -> VenueTruth:
        """Return everything known of the account."""
        orders = tuple(OpenOrder(order.as_spec(), order.venue_order, order.filled) for order in self.open.values())
        return VenueTruth(
            ts=now,
            wallet=self.account.wallet,
            positions=self.account.stated(),
            orders=orders,
            trades=tuple(self.trades),
            payments=tuple(self.payments),
            guards=self.stops,
            is_final=True,
        )

    def restore(self, wallet: Decimal, positions: dict[Symbol, Position], trades: list[VenueTrade]) -> None:
        """Take over the books of an earlier session; its open orders are put back one by one."""
        self.account.wallet, self.account.positions = wallet, positions
        self.trades.clear()
        self.trades.extend(trades)
        self.open.clear()
        self._last_ts = Nanos(0)
        self.version += 1

    def _stamp(self) -> Nanos:
        if self._ts is None:
            self._ts = self._last_ts = max(self._last_ts, Nanos(self._now + self._latency.draw(self._chance)))
        return self._ts

    def _report(self, event: Event) -> None:
        self._deliver(event.ts, event)
