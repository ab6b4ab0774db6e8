"""What a command would do, in words: the echo under the command line, the preview of a form, the text of a question."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from desk.model.command import (
    Adjust,
    Allocate,
    AmendOrder,
    Bookkeeping,
    CancelAll,
    CancelLevel,
    CancelOrder,
    ChaseSpec,
    Command,
    Cross,
    EditRun,
    Flatten,
    FlattenVenue,
    KillDesk,
    LeaveDesk,
    Leaving,
    PauseAlgo,
    Peg,
    PlaceOrder,
    Requery,
    RestrictDesk,
    ResumeAlgo,
    ResumeDesk,
    RevertAdjust,
    ReviveDesk,
    SetLimit,
    StartChase,
    StartRun,
    StopAlgo,
    Transfer,
    UnlockSub,
)
from desk.model.instrument import Instrument
from desk.model.limits import BOUNDS, CHOICES
from desk.model.market import Level, Quote
from desk.model.order import Side, TimeInForce
from desk.model.program import Program, ScalperSpec
from desk.model.restart import OnRestart
from desk.model.units import ZERO, AlgoId, SubId, Symbol
from desk.model.view import DeskView, MarketView, OrderRow
from desk.ui.exiting import tell_exits
from desk.ui.grammar import Help, Quit, SelectSub, SelectSymbol, ShowTab, Step, Wait
from desk.ui.programs import describe_program
from desk.ui.resolve import mark_of, plain, quote_of


class Walk(Struct, frozen=True):
    """What taking from the visible book would give."""

    filled: Decimal
    worst: Decimal
    notional: Decimal


def walk_book(quantity: Decimal, levels: Sequence[Level]) -> Walk | None:
    """Take `quantity` from `levels`, best first; None: there are none."""
    if not levels:
        return None
    left, notional, worst = quantity, ZERO, levels[0].price
    for level in levels:
        if left <= ZERO:
            break
        taken = min(left, level.size)
        left, notional, worst = left - taken, notional + taken * level.price, level.price
    return Walk(quantity - left, worst, notional)


def notional_of(command: Command, view: DeskView) -> Decimal | None:
    """Return the notional a command opens, in quote currency; None: it opens nothing, or no price is known."""
    match command:
        case PlaceOrder():
            price = command.price or _touch(command.symbol, command.side, view)
            return command.quantity * price if price is not None else None
        case StartChase(spec=spec) | StartRun(spec=spec):
            price = _touch(spec.symbol, Side.BUY if isinstance(spec, ScalperSpec) else spec.side, view)
            return spec.quantity * price if price is not None else None
        case AmendOrder():
            row = _order(command.order, view)
            if row is None:
                return None
            return (command.quantity or row.quantity) * (command.price or row.price)
        case _:
            return None


def describe(command: Command, view: DeskView) -> str:
    """Say in one line what a command does."""
    match command:
        case PlaceOrder():
            guarded = f", {tell_exits(command.exits)}" if command.exits is not None else ""
            return f"{sub_name(command.sub, view)}: {_place(command, view)}{guarded}"
        case StartChase(spec=spec):
            return f"{sub_name(spec.sub, view)}: {_chase(spec, view)}"
        case StartRun(spec=spec):
            return f"{sub_name(spec.sub, view)}: {describe_program(spec, view)}"
        case AmendOrder():
            return _amend(command, view)
        case EditRun(algo=algo, spec=spec):
            return f"EDIT {algo}: {_changes(algo, spec, view)}"
        case _ if isinstance(command, Bookkeeping):
            return _describe_booking(command, view)
        case _:
            return _describe_control(command, view)


def _describe_booking(command: Bookkeeping, view: DeskView) -> str:
    match command:
        case Transfer(source=source, target=target, amount=amount):
            return f"TRANSFER {amount:,f} from {sub_name(source, view)} to {sub_name(target, view)}"
        case Cross(seller=seller, buyer=buyer, symbol=symbol, quantity=quantity, price=price):
            what = f"{plain(quantity)} {symbol} @{_price(price, symbol, view)}"
            return f"CROSS: {sub_name(seller, view)} sells {what} to {sub_name(buyer, view)}, no fee"
        case Allocate(target=target, symbol=symbol, quantity=quantity):
            return f"ALLOCATE {plain(quantity)} {symbol} of UNALLOCATED to {sub_name(target, view)} at its entry price"
        case Adjust(sub=sub, symbol=symbol, quantity=quantity, price=price, reason=reason):
            what = f"{quantity:+f} {symbol} @{_price(price, symbol, view)}"
            return f"ADJUST {sub_name(sub, view)} by {what}, booked as EST: {reason}"
        case RevertAdjust(number=number):
            return f"REVERT the estimate {number}"


def _describe_control(command: Command, view: DeskView) -> str:
    match command:
        case CancelOrder(order=order):
            row = _order(order, view)
            return f"CANCEL {_order_text(row, view)}" if row is not None else f"CANCEL order {order}"
        case CancelLevel(sub=sub, symbol=symbol, low=low, high=high):
            span = (
                _price(low, symbol, view)
                if low == high
                else f"{_price(low, symbol, view)} to {_price(high, symbol, view)}"
            )
            return f"CANCEL the orders of {sub_name(sub, view)} in {symbol} at {span}"
        case CancelAll(sub=sub, symbol=symbol):
            return f"CANCEL {_count_orders(sub, symbol, view)} of {_scope(sub, symbol, view)}; their runs are stopped"
        case Flatten(sub=sub, symbol=symbol):
            return f"FLATTEN {_scope(sub, symbol, view)}: {_holdings(sub, symbol, view)}"
        case FlattenVenue(symbol=symbol):
            held = next((row.quantity for row in view.account.positions if row.symbol == symbol), ZERO)
            cancelled = _count_orders(None, symbol, view)
            return f"FLATTEN THE VENUE in {symbol}: {cancelled} cancelled, then {plain(held)} closed for UNALLOCATED"
        case StopAlgo(algo=algo) | PauseAlgo(algo=algo) | ResumeAlgo(algo=algo):
            return f"{type(command).__name__.removesuffix('Algo').upper()} {algo}"
        case _:
            return _describe_mode(command, view)


def _describe_mode(command: Command, view: DeskView) -> str:
    match command:
        case ResumeDesk() | ReviveDesk():
            word = "RESUME" if isinstance(command, ResumeDesk) else "REVIVE"
            return f"{word} the desk ({view.mode}{': ' + view.mode_reason if view.mode_reason else ''})"
        case KillDesk(reason=reason):
            return f"KILL: {_count_orders(None, None, view)} cancelled, none created until revived ({reason})"
        case LeaveDesk(how=how):
            held = ", ".join(_held(None, None, view, "long", "short")) or "none"
            closed = f", positions closed at the market: {held}" if how is Leaving.FLATTEN else f", kept: {held}"
            return f"LEAVE the desk: {_count_orders(None, None, view)} cancelled{closed}"
        case Requery():
            return "REQUERY the venue's account"
        case SetLimit(name=name, value=value):
            bounds = BOUNDS[name] if name in BOUNDS else ", ".join(CHOICES[name]) if name in CHOICES else "not known"
            return f"LIMIT {name} from {getattr(view.limits, name, '?')} to {value} ({bounds})"
        case UnlockSub(sub=sub):
            return f"UNLOCK {sub_name(sub, view)}: its losses count from here"
        case RestrictDesk(on=on):
            return "RESTRICT the desk to reducing" if on else "RESTRICT off"
        case _:
            return type(command).__name__


def describe_step(step: Step, view: DeskView) -> str:
    """Say in one line what a step of a typed line does."""
    match step:
        case SelectSub(sub=sub):
            return f"for {sub_name(sub, view)}"
        case SelectSymbol(symbol=symbol):
            return f"in {symbol}"
        case Wait(span_ms=span_ms, then=then):
            return f"wait {span_ms / 1000:g}s" + (f", then read: {then}" if then else "")
        case Help(topic=topic):
            return f"help {topic}".rstrip()
        case Quit():
            return "leave the desk"
        case ShowTab(tab=tab):
            return f"show {tab}"
        case _:
            return describe(step, view)


def farewell(view: DeskView) -> list[str]:
    """Say what stays behind at the venue when the desk is left."""
    runs = [row.id for row in view.algos if row.ended is None]
    return [
        f"left at {view.venue}, not cancelled: {_count_orders(None, None, view)}",
        f"positions: {', '.join(_held(None, None, view, 'long', 'short')) or 'none'}",
        f"runs, parked at the next start: {', '.join(runs) or 'none'}",
    ]


def sub_name(sub: SubId, view: DeskView) -> str:
    """Return the name of a sub-account, or its id where it has none."""
    account = view.sub(sub)
    return account.name if account is not None else sub


def _place(command: PlaceOrder, view: DeskView) -> str:
    instrument = view.instrument(command.symbol)
    if instrument is None:
        return f"{command.side.upper()} {plain(command.quantity)} {command.symbol}"
    head = f"{command.side.upper()} {_quantity(command.quantity, instrument)} {command.symbol}"
    tail = " reduce-only" if command.reduce_only else ""
    if command.price is None:
        return f"{head} market{tail}{_market_cost(command, instrument, view)}"
    notional = command.quantity * command.price
    flag = {TimeInForce.GTX: " post-only", TimeInForce.IOC: " ioc", TimeInForce.FOK: " fok"}.get(command.tif, "")
    text = f"{head} @{_price(command.price, command.symbol, view)}{flag}{tail}, {_money(notional, instrument)}"
    quote = quote_of(command.symbol, view)
    if quote is not None and _takes(command.side, command.price, quote):
        if command.tif is TimeInForce.GTX:
            return f"{text}, would take: the venue will refuse it"
        return f"{text}, TAKES, taker fee ≈ {_fee(notional, instrument.taker_fee)}"
    return f"{text}, maker fee ≈ {_fee(notional, instrument.maker_fee)}, taker ≈ {_fee(notional, instrument.taker_fee)}"


def _market_cost(command: PlaceOrder, instrument: Instrument, view: DeskView) -> str:
    market = view.market(command.symbol)
    walk = walk_book(command.quantity, _opposite(command.side, market)) if market is not None else None
    if walk is None:
        price = _touch(command.symbol, command.side, view)
        return f", {_money(command.quantity * price, instrument)}, depth unknown" if price is not None else ""
    fee = _fee(walk.notional, instrument.taker_fee)
    # Not the worst it may pay: that is the gate's to set, from the touch at the time.
    reach = _price(walk.worst, command.symbol, view)
    text = f", to {reach} in this book, {_money(walk.notional, instrument)}, taker fee ≈ {fee}"
    if walk.filled < command.quantity:
        return f"{text}, THE BOOK SHOWS ONLY {_quantity(walk.filled, instrument)}"
    return text


def _chase(spec: ChaseSpec, view: DeskView) -> str:
    instrument = view.instrument(spec.symbol)
    quantity = _quantity(spec.quantity, instrument) if instrument is not None else plain(spec.quantity)
    peg = f"improve {spec.peg_ticks}t" if spec.peg is Peg.IMPROVE else spec.peg.value
    terms = [f"{peg}, {spec.mode}"]
    if spec.offset_ticks:
        terms.append(f"offset {spec.offset_ticks}t")
    if spec.cap_price is not None:
        terms.append(f"cap {_price(spec.cap_price, spec.symbol, view)} then {spec.on_cap}")
    if spec.cap_bps is not None:
        terms.append(f"cap {plain(spec.cap_bps)}bps then {spec.on_cap}")
    terms.append("no cap" if spec.cap_price is None and spec.cap_bps is None else "")
    terms.append(f"ttl {spec.ttl_ms / 1000:g}s then {spec.on_ttl}" if spec.ttl_ms is not None else "no ttl")
    terms.append("" if spec.post_only else "may take")
    terms.append(f"iceberg of {plain(spec.show)}" if spec.show is not None else "")
    terms.append(tell_exits(spec.exits))
    terms.append("reduce-only" if spec.reduce_only else "")
    terms.append(f"after a restart {spec.on_restart}" if spec.on_restart is not OnRestart.PARK else "")
    price = _touch(spec.symbol, spec.side, view)
    if price is not None and instrument is not None:
        terms.append(_money(spec.quantity * price, instrument))
    return f"CHASE {spec.side.upper()} {quantity} {spec.symbol} " + ", ".join(term for term in terms if term)


def _changes(algo: AlgoId, spec: ChaseSpec | Program, view: DeskView) -> str:
    before = next((row.spec for row in view.algos if row.id == algo), None)
    if before is None or type(before) is not type(spec):
        return "?"
    parts = []
    for name in type(spec).__struct_fields__:
        old, new = getattr(before, name), getattr(spec, name)
        if old != new and name == "exits":
            parts.append(tell_exits(new) or "no exits")
        elif old != new:
            parts.append(f"{name.replace('_', ' ')} {_value(old)} to {_value(new)}")
    return ", ".join(parts) or "nothing would change"


def _value(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else "none" if value is None else str(value)


def _amend(command: AmendOrder, view: DeskView) -> str:
    row = _order(command.order, view)
    if row is None:
        return f"AMEND order {command.order}"
    changes = []
    if command.price is not None:
        changes.append(f"price {_price(command.price, row.symbol, view)}")
    if command.quantity is not None:
        changes.append(f"quantity {plain(command.quantity)}")
    return f"AMEND {_order_text(row, view)}: {', '.join(changes)}; it loses its place in the queue"


def _order_text(row: OrderRow, view: DeskView) -> str:
    return f"{row.side.upper()} {plain(row.quantity)} {row.symbol} @{_price(row.price, row.symbol, view)} of {sub_name(row.sub, view)}"


def _scope(sub: SubId | None, symbol: Symbol | None, view: DeskView) -> str:
    who = sub_name(sub, view) if sub is not None else "EVERY sub-account"
    return f"{who} in {symbol}" if symbol is not None else f"{who} in every symbol"


def _count_orders(sub: SubId | None, symbol: Symbol | None, view: DeskView) -> str:
    count = sum(
        1
        for row in view.orders
        if not row.status.is_terminal and sub in {None, row.sub} and symbol in {None, row.symbol}
    )
    return "1 order" if count == 1 else f"{count} orders"


def _holdings(sub: SubId | None, symbol: Symbol | None, view: DeskView) -> str:
    closing = ", ".join(_held(sub, symbol, view, "sell", "buy"))
    return f"{_count_orders(sub, symbol, view)} cancelled, then {closing or 'nothing to close'}"


def _held(sub: SubId | None, symbol: Symbol | None, view: DeskView, if_long: str, if_short: str) -> list[str]:
    return [
        f"{if_long if row.quantity > ZERO else if_short} {plain(abs(row.quantity))} {row.symbol} of {account.name}"
        for account in view.subs
        if sub in {None, account.id}
        for row in account.positions
        if row.quantity and symbol in {None, row.symbol}
    ]


def _order(order: str, view: DeskView) -> OrderRow | None:
    return next((row for row in view.orders if row.id == order), None)


def _opposite(side: Side, market: MarketView) -> tuple[Level, ...]:
    return market.asks if side is Side.BUY else market.bids


def _takes(side: Side, price: Decimal, quote: Quote) -> bool:
    return price >= quote.ask if side is Side.BUY else price <= quote.bid


def _touch(symbol: Symbol, side: Side, view: DeskView) -> Decimal | None:
    quote, mark = quote_of(symbol, view), mark_of(symbol, view)
    if quote is not None:
        return quote.ask if side is Side.BUY else quote.bid
    return mark.price if mark is not None else None


def _price(price: Decimal, symbol: Symbol, view: DeskView) -> str:
    instrument = view.instrument(symbol)
    return f"{price:,.{instrument.price_decimals}f}" if instrument is not None else plain(price)


def _quantity(quantity: Decimal, instrument: Instrument) -> str:
    return f"{quantity:,.{instrument.quantity_decimals}f}"


def _money(amount: Decimal, instrument: Instrument) -> str:
    return f"≈ {amount:,.2f} {instrument.quote}"


def _fee(notional: Decimal, rate: Decimal) -> str:
    return f"{notional * rate:,.2f}"
