"""From what a person wrote to the exact command: units become base currency, and every venue rule is checked first.

The typed line and the forms share these checks, so neither can send what the other would refuse.
"""

import difflib
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from msgspec import Struct

from desk.model.command import (
    AmendOrder,
    ChaseMode,
    ChaseSpec,
    OnCap,
    OnTtl,
    Peg,
    PlaceOrder,
    StartChase,
)
from desk.model.exits import Exits
from desk.model.instrument import Instrument
from desk.model.market import MarkPrice, Quote
from desk.model.order import OrderType, Side, TimeInForce
from desk.model.restart import OnRestart
from desk.model.units import BPS, HOUSE, UNALLOCATED, ZERO, SubId, Symbol
from desk.model.view import AccountView, DeskView, OrderRow
from desk.ui.complaint import Misread
from desk.ui.lexing import DOLLAR, PERCENT, Amount


class Context(Struct, frozen=True):
    """What a person looks at: the desk, the chosen sub-account and the chosen symbol."""

    view: DeskView
    sub: SubId
    symbol: Symbol


class OrderDraft(Struct, frozen=True, kw_only=True):
    """An order as written. `side` None: whichever closes the position; `price` None: at the market."""

    symbol: Symbol
    side: Side | None
    amount: Amount
    price: Decimal | None = None
    tif: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    exits: Exits | None = None


class ChaseDraft(Struct, frozen=True, kw_only=True):
    """A chase as written; distances may still be in bps."""

    symbol: Symbol
    side: Side
    amount: Amount
    peg: Peg = Peg.JOIN
    peg_ticks: int = 1
    offset_ticks: int = 0
    offset_bps: Decimal | None = None
    mode: ChaseMode = ChaseMode.MAINTAIN
    cap_price: Decimal | None = None
    cap_bps: Decimal | None = None
    on_cap: OnCap = OnCap.HOLD
    ttl_ms: int | None = None
    on_ttl: OnTtl = OnTtl.CANCEL
    cross_slip_bps: Decimal = Decimal(5)
    throttle_ms: int = 250
    show: Amount | None = None
    post_only: bool = True
    reduce_only: bool = False
    exits: Exits | None = None
    on_restart: OnRestart = OnRestart.PARK


def resolve_order(draft: OrderDraft, context: Context) -> PlaceOrder:
    """Return the order `draft` means, or raise Misread with the rule it breaks."""
    instrument = instrument_of(draft.symbol, context.view)
    account = account_of(context)
    side = draft.side or _closing_side(account, draft.symbol)
    reference = draft.price or touch_of(side, draft.symbol, context.view)
    quantity = base_quantity(draft.amount, instrument, context, reference, of_position=draft.reduce_only)
    _check_quantity(quantity, instrument, at_market=draft.price is None)
    if draft.price is not None:
        _check_price(draft.price, side, instrument, context.view)
    if draft.reduce_only:
        check_reduces(quantity, side, account, draft.symbol)
    else:
        _check_notional(quantity, reference, instrument)
    at_market = draft.price is None
    return PlaceOrder(
        sub=account.id,
        symbol=draft.symbol,
        side=side,
        quantity=quantity,
        type=OrderType.MARKET if at_market else OrderType.LIMIT,
        price=draft.price,
        tif=TimeInForce.IOC if at_market else draft.tif,
        reduce_only=draft.reduce_only,
        exits=_exits(draft, instrument),
    )


def resolve_chase(draft: ChaseDraft, context: Context) -> StartChase:
    """Return the chase `draft` means, or raise Misread with the rule it breaks."""
    instrument = instrument_of(draft.symbol, context.view)
    account = account_of(context)
    reference = touch_of(draft.side.opposite, draft.symbol, context.view)
    quantity = base_quantity(draft.amount, instrument, context, reference, of_position=draft.reduce_only)
    _check_quantity(quantity, instrument, at_market=False)
    if draft.reduce_only:
        check_reduces(quantity, draft.side, account, draft.symbol)
    else:
        _check_notional(quantity, reference, instrument)
    if draft.cap_price is not None:
        _check_price(draft.cap_price, draft.side, instrument, context.view, which="cap")
        _check_cap_is_near(draft.cap_price, draft.side, instrument, context.view)
    spec = ChaseSpec(
        sub=account.id,
        symbol=draft.symbol,
        side=draft.side,
        quantity=quantity,
        peg=draft.peg,
        peg_ticks=draft.peg_ticks,
        offset_ticks=_offset_ticks(draft, instrument, reference),
        mode=draft.mode,
        cap_price=draft.cap_price,
        cap_bps=draft.cap_bps,
        on_cap=draft.on_cap,
        throttle_ms=draft.throttle_ms,
        show=_shown(draft, instrument, context, reference, quantity),
        ttl_ms=draft.ttl_ms,
        on_ttl=draft.on_ttl,
        cross_slip_bps=draft.cross_slip_bps,
        post_only=draft.post_only,
        reduce_only=draft.reduce_only,
        exits=_exits(draft, instrument),
        on_restart=draft.on_restart,
    )
    return StartChase(spec)


def resolve_amend(order: OrderRow, price: Decimal | None, amount: Amount | None, context: Context) -> AmendOrder:
    """Return the amendment, or raise Misread; `amount` is the new total quantity."""
    instrument = instrument_of(order.symbol, context.view)
    quantity = None
    if amount is not None:
        if amount.asset == PERCENT:
            raise Misread("quantity", "the new total, not a percentage", f"{plain(amount.value)}%")
        quantity = base_quantity(amount, instrument, context, price or order.price, of_position=False)
        _check_quantity(quantity, instrument, at_market=False)
        if quantity <= order.filled:
            raise Misread("quantity", f"more than the {plain(order.filled)} already filled", plain(quantity))
    if price is not None:
        _check_price(price, order.side, instrument, context.view)
    if not order.reduce_only:
        _check_notional(quantity or order.quantity, price or order.price, instrument)
    return AmendOrder(order=order.id, price=price, quantity=quantity)


def instrument_of(symbol: Symbol, view: DeskView) -> Instrument:
    """Return the instrument of `symbol`, or raise Misread."""
    found = view.instrument(symbol)
    if found is None:
        raise Misread("symbol", nearest(symbol, [each.symbol for each in view.instruments]), symbol)
    return found


def account_of(context: Context) -> AccountView:
    """Return the chosen sub-account, or raise Misread."""
    accounts = traded_subs(context.view)
    found = next((each for each in accounts if each.id == context.sub), None)
    if found is None:
        raise Misread("sub-account", nearest(context.sub, [each.id for each in accounts]), context.sub)
    return found


def traded_subs(view: DeskView) -> list[AccountView]:
    """Return the sub-accounts a person trades: all but the two that only keep the books whole."""
    return [each for each in view.subs if each.id not in {UNALLOCATED, HOUSE}]


def quote_of(symbol: Symbol, view: DeskView) -> Quote | None:
    """Return the best bid and ask; None: not known."""
    market = view.market(symbol)
    return market.quote if market is not None else None


def mark_of(symbol: Symbol, view: DeskView) -> MarkPrice | None:
    """Return the mark price; None: not known."""
    market = view.market(symbol)
    return market.mark if market is not None else None


def position_of(account: AccountView, symbol: Symbol) -> Decimal:
    """Return the signed position of an account in `symbol`."""
    return next((row.quantity for row in account.positions if row.symbol == symbol), ZERO)


def nearest(word: str, choices: Sequence[str]) -> str:
    """Say what was expected: the nearest of `choices` first, when one is near."""
    near = difflib.get_close_matches(word.lower(), [each.lower() for each in choices], n=1)
    listed = ", ".join(choices[:6]) + (", ..." if len(choices) > 6 else "")
    if not near:
        return f"one of {listed}" if choices else "one, but there are none"
    guess = next(each for each in choices if each.lower() == near[0])
    return f"{guess}?" if len(choices) == 1 else f"{guess}? (one of {listed})"


def plain(value: Decimal) -> str:
    """Return a number without an exponent and without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def check_reduces(quantity: Decimal, side: Side, account: AccountView, symbol: Symbol) -> None:
    """Raise Misread unless an order of `quantity` only shrinks the position."""
    position = position_of(account, symbol)
    if position * side.sign >= ZERO:
        held = f"a position of {plain(position)}" if position else "no position"
        wanted = "short" if side is Side.BUY else "long"
        raise Misread("reduce-only", f"a {wanted} position of {account.name} in {symbol}", held)
    if quantity > abs(position):
        raise Misread("reduce-only", f"at most the position of {plain(abs(position))}", plain(quantity))


def _closing_side(account: AccountView, symbol: Symbol) -> Side:
    position = position_of(account, symbol)
    if position == ZERO:
        raise Misread("position", f"one of {account.name} in {symbol} to close", "none")
    return Side.SELL if position > ZERO else Side.BUY


def touch_of(side: Side, symbol: Symbol, view: DeskView) -> Decimal:
    """Return the price `side` takes at now, or the mark where there is no quote."""
    quote, mark = quote_of(symbol, view), mark_of(symbol, view)
    if quote is not None:
        return quote.ask if side is Side.BUY else quote.bid
    if mark is not None:
        return mark.price
    raise Misread("price", f"a quote or mark price of {symbol}", "none yet")


def base_quantity(
    amount: Amount, instrument: Instrument, context: Context, reference: Decimal, *, of_position: bool
) -> Decimal:
    """Return the amount in base currency; whatever had to be converted is rounded down to a lot."""
    if amount.asset == PERCENT:
        return instrument.round_down_to_lot(_share(amount.value, instrument, context, of_position=of_position))
    if amount.asset in {"", instrument.base.lower()}:
        return amount.value
    quote = instrument.quote.lower()
    if amount.asset in {DOLLAR, quote} or (amount.asset == "usd" and quote.startswith("usd")):
        return instrument.round_down_to_lot(amount.value / reference)
    raise Misread("quantity", f"{instrument.base}, {instrument.quote} or %", f"{plain(amount.value)}{amount.asset}")


def _share(percent: Decimal, instrument: Instrument, context: Context, *, of_position: bool) -> Decimal:
    account = account_of(context)
    if of_position:
        return abs(position_of(account, instrument.symbol)) * percent / 100
    mark = mark_of(instrument.symbol, context.view)
    if mark is None:
        raise Misread("quantity", f"a mark price of {instrument.symbol} to take a percentage at", "none yet")
    return max(account.equity, ZERO) * percent / 100 / mark.price


def _check_quantity(quantity: Decimal, instrument: Instrument, *, at_market: bool) -> None:
    quantity_max = instrument.market_quantity_max if at_market else instrument.quantity_max
    if quantity < instrument.quantity_min:
        raise Misread("quantity", f"at least {plain(instrument.quantity_min)}", plain(quantity))
    if not instrument.is_on_lot(quantity):
        raise Misread("quantity", f"a multiple of {plain(instrument.lot_size)}", plain(quantity))
    if quantity > quantity_max:
        raise Misread("quantity", f"at most {plain(quantity_max)}", plain(quantity))


def _check_price(price: Decimal, side: Side, instrument: Instrument, view: DeskView, which: str = "price") -> None:
    if not instrument.is_on_tick(price):
        raise Misread(which, f"a multiple of {plain(instrument.tick_size)}", plain(price))
    mark = mark_of(instrument.symbol, view)
    if mark is None:
        return
    if side is Side.BUY:
        limit = instrument.round_down_to_tick(mark.price * instrument.collar_up)
        if price > limit:
            raise Misread(which, f"at most {plain(limit)} (the venue's collar for a buy)", plain(price))
        return
    limit = instrument.round_up_to_tick(mark.price * instrument.collar_down)
    if price < limit:
        raise Misread(which, f"at least {plain(limit)} (the venue's collar for a sell)", plain(price))


def _check_cap_is_near(cap: Decimal, side: Side, instrument: Instrument, view: DeskView) -> None:
    """A cap so far on the safe side that the chase could never trade is a slip, most likely a distance meant in bps."""
    mark = mark_of(instrument.symbol, view)
    if mark is None:
        return
    low, high = mark.price * instrument.collar_down, mark.price * instrument.collar_up
    if side is Side.BUY and cap < low:
        raise Misread("cap", f"at least {plain(instrument.round_up_to_tick(low))}, or a distance in bps", plain(cap))
    if side is Side.SELL and cap > high:
        raise Misread("cap", f"at most {plain(instrument.round_down_to_tick(high))}, or a distance in bps", plain(cap))


def _check_notional(quantity: Decimal, price: Decimal, instrument: Instrument) -> None:
    notional = quantity * price
    if notional < instrument.notional_min:
        expected = f"at least {plain(instrument.notional_min)} {instrument.quote}"
        raise Misread("notional", expected, f"{plain(notional)} {instrument.quote}")


def _exits(draft: OrderDraft | ChaseDraft, instrument: Instrument) -> Exits | None:
    exits = draft.exits
    if exits is None:
        return None
    if draft.reduce_only:
        raise Misread("tp and sl", "an order that opens", "one that reduces")
    for which, price in (("tp", exits.profit_price), ("sl", exits.stop_price)):
        if price is not None and not instrument.is_on_tick(price):
            raise Misread(which, f"a multiple of {plain(instrument.tick_size)}", plain(price))
    return exits


def _shown(
    draft: ChaseDraft, instrument: Instrument, context: Context, reference: Decimal, quantity: Decimal
) -> Decimal | None:
    if draft.show is None:
        return None
    shown = base_quantity(draft.show, instrument, context, reference, of_position=draft.reduce_only)
    if not instrument.is_on_lot(shown) or not instrument.quantity_min <= shown <= quantity:
        expected = f"a multiple of {plain(instrument.lot_size)} from {plain(instrument.quantity_min)} to the quantity"
        raise Misread("show", expected, plain(shown))
    if not draft.reduce_only:
        _check_notional(shown, reference, instrument)
    return shown


def _offset_ticks(draft: ChaseDraft, instrument: Instrument, reference: Decimal) -> int:
    if draft.offset_bps is None:
        return draft.offset_ticks
    return int((reference * draft.offset_bps * BPS / instrument.tick_size).to_integral_value(ROUND_FLOOR))
