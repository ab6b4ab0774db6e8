"""One client's account on the floor: what it has ordered, traded and paid, and what its user stream is told."""

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from desk.exchange.accounts import Account
from desk.exchange.floor import DEAD_MAN
from desk.exchange.liquidation import LIQUIDATED
from desk.exchange.matching import IOC_REMAINDER, NO_POSITION, SELF_TRADE, Ending
from desk.exchange.reporting import AUTOCLOSE
from desk.exchange.resting import LiveOrder
from desk.model.instrument import Instrument
from desk.model.order import Side
from desk.model.units import ZERO, ClientOrderId, Nanos, Symbol
from desk.server import orders
from desk.server.orders import ServedOrder
from desk.server.text import millis, money, price_text, quantity_text, short
from desk.server.wire import events
from desk.server.wire.account import Income
from desk.server.wire.orders import Amendment, AmendmentDetail, Change, UserTrade

LEVERAGE: Final = 20
ASSET: Final = "USDT"
ADL_AUTOCLOSE: Final = "adl_autoclose-"
ORDERS_KEPT: Final = 20_000
TRADES_KEPT: Final = 50_000
INCOMES_KEPT: Final = 20_000
AMENDMENTS_KEPT: Final = 5_000
EXPIRY_CODES: Final = {SELF_TRADE: "1", IOC_REMAINDER: "2", NO_POSITION: "4", LIQUIDATED: "5"}
MARKET_REMAINDER: Final = "9"


class Seat:
    """A member of the floor, seen from the protocol."""

    def __init__(
        self, name: str, wallet: Decimal, rules: dict[Symbol, Instrument], tell: Callable[[events.UserEvent], None]
    ) -> None:
        self.name = name
        self.number = 0
        self.account = Account(wallet)
        self.open: dict[ClientOrderId, LiveOrder] = {}
        self.orders: dict[int, ServedOrder] = {}
        self.latest: dict[str, ServedOrder] = {}
        """The newest order of each client order id."""
        self.trades: deque[UserTrade] = deque(maxlen=TRADES_KEPT)
        self.incomes: deque[Income] = deque(maxlen=INCOMES_KEPT)
        self.amendments: deque[Amendment] = deque(maxlen=AMENDMENTS_KEPT)
        self.leverages: dict[Symbol, int] = {}
        self.burns_fees = False
        self.may_withdraw = False
        """Its keys may; here there is nowhere to withdraw to."""
        self.is_joint = False
        """Several assets margin together."""
        self.moved: dict[Symbol, int] = {}
        """When a position last changed."""
        self._rules = rules
        self._tell = tell
        self._now = 0
        self._realised: dict[Symbol, Decimal] = {}
        self._paid: dict[Symbol, Decimal] = {}
        self._amendments = 0

    def leverage(self, symbol: Symbol) -> int:
        """Return the leverage chosen for a symbol."""
        return self.leverages.get(symbol, LEVERAGE)

    def start(self, now: Nanos) -> None:
        """Begin a new moment."""
        self._now = millis(now)

    @property
    def now(self) -> int:
        """The present moment in milliseconds."""
        return self._now

    # What the matching decides.

    def accepted(self, order: LiveOrder) -> None:
        """An order has been taken on."""
        served = _served(order)
        served.placed = served.updated = self._now
        self.open[served.spec.id] = served
        self.orders[served.venue_order] = self.latest[served.spec.id] = served
        if len(self.orders) > ORDERS_KEPT:
            self._forget_oldest()
        self._on_order(served, "NEW")

    def amended(self, order: LiveOrder) -> None:
        """An order has a new price or quantity."""
        served = _served(order)
        served.updated = self._now
        self._on_order(served, "AMENDMENT")

    def note_amendment(self, order: ServedOrder, price: Decimal, quantity: Decimal) -> None:
        """Keep what an amendment has made of an order; price and quantity are those from before."""
        rules, symbol = self._rules[order.spec.symbol], order.spec.symbol
        self._amendments += 1
        detail = AmendmentDetail(
            price=Change(price_text(price, rules), price_text(order.price, rules)),
            orig_qty=Change(quantity_text(quantity, rules), quantity_text(order.quantity, rules)),
            count=order.amends,
        )
        if order.modify_id is not None:
            detail.modify_id = order.modify_id
        self.amendments.append(
            Amendment(self._amendments, symbol, symbol, order.venue_order, order.spec.id, self._now, detail)
        )

    def traded(self, order: LiveOrder, price: Decimal, quantity: Decimal, trade: int, *, maker: bool) -> None:
        """Book a trade with its fee."""
        served, symbol = _served(order), order.spec.symbol
        rules = self._rules[symbol]
        rate = rules.maker_fee if maker else rules.taker_fee
        if served.kind == orders.LIQUIDATION and served.spec.id.startswith(AUTOCLOSE):
            rate += rules.liquidation_fee
        before, held = self.account.wallet, self.account.quantity(symbol)
        fee = self.account.trade(symbol, served.spec.side, price, quantity, rate)
        realised = self.account.wallet - before + fee
        self._note_costs(symbol, held, fee, realised)
        served.quote += price * quantity
        served.updated = self.moved[symbol] = self._now
        served.status = orders.PARTIALLY_FILLED if served.leaves else orders.FILLED
        if not served.leaves:
            del self.open[served.spec.id]
        self._keep(served, price, quantity, trade, (realised, fee, maker))
        self._on_trade(served, price, quantity, trade, (realised, fee, maker))

    def ended(self, order: LiveOrder, ending: Ending, reason: str) -> None:
        """An order is gone."""
        served = _served(order)
        self.open.pop(served.spec.id, None)
        served.updated = self._now
        is_cancelled = ending is Ending.CANCELLED or reason == DEAD_MAN
        if is_cancelled:
            served.status = orders.CANCELED
        else:
            served.status = orders.EXPIRED_IN_MATCH if reason == SELF_TRADE else orders.EXPIRED
        code = EXPIRY_CODES.get(reason, "0")
        if reason == IOC_REMAINDER and served.kind == orders.MARKET:
            code = MARKET_REMAINDER
        self._on_order(served, "CANCELED" if is_cancelled else "EXPIRED", code)

    # Cash.

    def fund(self, symbol: Symbol, mark: Decimal, rate: Decimal) -> None:
        """Settle one funding interval of an open position."""
        amount = self.account.fund(symbol, mark, rate)
        self._book("FUNDING_FEE", amount, symbol)
        told = events.Account("FUNDING_FEE", [self._balance(amount)], [])
        told.S = symbol
        self._tell(events.AccountUpdate(self._now, self._now, told))

    def deposit(self, amount: Decimal) -> None:
        """Move cash in, or out where negative."""
        self.account.wallet += amount
        self._book("TRANSFER", amount, Symbol(""))
        reason = "DEPOSIT" if amount > ZERO else "WITHDRAW"
        self._tell(events.AccountUpdate(self._now, self._now, events.Account(reason, [self._balance(amount)], [])))

    def bail_out(self) -> None:
        """Let the insurance fund bear what is owed."""
        owed = -self.account.wallet
        self.account.wallet = ZERO
        self._book("INSURANCE_CLEAR", owed, Symbol(""))
        told = events.Account("INSURANCE_CLEAR", [self._balance(owed)], [])
        self._tell(events.AccountUpdate(self._now, self._now, told))

    def _book(self, kind: str, amount: Decimal, symbol: Symbol, trade: int | None = None) -> None:
        """Keep an income; nothing is no income."""
        if amount:
            number = len(self.incomes) + self._now * 1_000
            text = "" if trade is None else str(trade)
            self.incomes.append(Income(symbol, kind, money(amount), ASSET, text, self._now, number, text))

    def set_leverage(self, symbol: Symbol, leverage: int) -> None:
        """Choose a symbol's leverage."""
        self.leverages[symbol] = leverage
        self._tell(events.ConfigUpdate(self._now, self._now, ac=events.Leverage(symbol, leverage)))

    # What it can be asked.

    def break_even(self, symbol: Symbol) -> Decimal:
        """Return the price at which closing pays back the fees paid so far; zero where nothing is held."""
        position = self.account.positions.get(symbol)
        if position is None or not position.quantity:
            return ZERO
        return (position.cost + self._paid.get(symbol, ZERO)) / position.quantity

    def entry(self, symbol: Symbol) -> Decimal:
        """Return the average entry price; zero where nothing is held."""
        position = self.account.positions.get(symbol)
        return position.cost / position.quantity if position is not None and position.quantity else ZERO

    def resting(self, symbol: Symbol) -> tuple[Decimal, Decimal]:
        """Return what the open orders of a symbol bid and ask, in quote currency."""
        bids = asks = ZERO
        for order in self.open.values():
            if order.spec.symbol == symbol:
                bids += order.leaves * order.price if order.spec.side is Side.BUY else ZERO
                asks += order.leaves * order.price if order.spec.side is Side.SELL else ZERO
        return bids, asks

    # What the user stream is told.

    def _on_order(self, order: ServedOrder, happened: str, expiry: str = "0") -> None:
        told = orders.update(order, happened, self._now, self.resting(order.spec.symbol))
        told.er = expiry
        self._tell(events.OrderTradeUpdate(self._now, self._now, told))

    def _on_trade(
        self, order: ServedOrder, price: Decimal, quantity: Decimal, trade: int, money_of: tuple[Decimal, Decimal, bool]
    ) -> None:
        realised, fee, maker = money_of
        symbol, rules = order.spec.symbol, self._rules[order.spec.symbol]
        lite = events.TradeLite(
            E=self._now,
            T=self._now,
            s=symbol,
            q=quantity_text(order.quantity, rules),
            p=order.priced(rules),
            m=maker,
            c=order.spec.id,
            S=orders.side_text(order.spec.side),
            L=short(price),
            l=quantity_text(quantity, rules),
            t=trade,
            i=order.venue_order,
        )
        self._tell(lite)
        told = events.Account("ORDER", [self._balance(ZERO)], [self._position(symbol, price)])
        self._tell(events.AccountUpdate(self._now, self._now, told))
        happened = "CALCULATED" if order.kind == orders.LIQUIDATION else "TRADE"
        update = orders.update(order, happened, self._now, self.resting(symbol))
        orders.trade_update(update, price, quantity, realised, fee)
        update.t, update.m = trade, maker
        self._tell(events.OrderTradeUpdate(self._now, self._now, update))

    def _balance(self, change: Decimal) -> events.Balance:
        wallet = money(self.account.wallet)
        return events.Balance(ASSET, wallet, wallet, short(change))

    def _position(self, symbol: Symbol, price: Decimal) -> events.Position:
        quantity, entry = self.account.quantity(symbol), self.entry(symbol)
        return events.Position(
            s=symbol,
            pa=short(quantity),
            ep=short(entry.quantize(Decimal("1E-8"))) if entry else "0",
            bep=short(self.break_even(symbol).quantize(Decimal("1E-8"))) if entry else "0",
            cr=short(self._realised.get(symbol, ZERO)),
            up=money(quantity * (price - entry)),
            mt="cross",
            iw="0",
            ps="BOTH",
        )

    def _keep(
        self, order: ServedOrder, price: Decimal, quantity: Decimal, trade: int, money_of: tuple[Decimal, Decimal, bool]
    ) -> None:
        realised, fee, maker = money_of
        symbol = order.spec.symbol
        rules = self._rules[symbol]
        self.trades.append(
            UserTrade(
                symbol=symbol,
                id=trade,
                order_id=order.venue_order,
                side=orders.side_text(order.spec.side),
                price=short(price),
                qty=quantity_text(quantity, rules),
                realized_pnl=money(realised),
                commission=money(fee),
                commission_asset=ASSET,
                time=self._now,
                buyer=order.spec.side is Side.BUY,
                maker=maker,
                quote_qty=money(price * quantity),
                pair=symbol,
            )
        )
        self._book("COMMISSION", -fee, symbol, trade)
        self._book("REALIZED_PNL", realised, symbol, trade)

    def _note_costs(self, symbol: Symbol, before: Decimal, fee: Decimal, realised: Decimal) -> None:
        """Spread the fees paid over what is still held; a position that turns begins anew."""
        after = self.account.quantity(symbol)
        paid = self._paid.get(symbol, ZERO)
        if not after:
            paid = ZERO
        elif before * after < ZERO:
            paid = fee
        elif abs(after) < abs(before):
            paid = paid * after / before
        else:
            paid += fee
        self._paid[symbol] = paid
        self._realised[symbol] = self._realised.get(symbol, ZERO) + realised

    def _forget_oldest(self) -> None:
        for number, order in self.orders.items():
            if self.open.get(order.spec.id) is not order:
                del self.orders[number]
                if self.latest.get(order.spec.id) is order:
                    del self.latest[order.spec.id]
                return


def _served(order: LiveOrder) -> ServedOrder:
    assert isinstance(order, ServedOrder), "every order of a served floor is made by its server"
    return order
