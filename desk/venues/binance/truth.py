"""Everything the venue knows of the account, asked for in several questions and told as one answer.

The questions cannot be asked at one instant. Where the user stream has spoken meanwhile, the answers may contradict each
other, and all are asked again; trades are asked for last, so that none is missing that a position already counts.
"""

import asyncio
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from desk.core import ids
from desk.model.error import VenueError
from desk.model.event import FundingPaid, OpenOrder, VenuePosition, VenueTrade, VenueTruth
from desk.model.guard import GuardSpec
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import MILLISECOND, SECOND, UNALLOCATED, ZERO, AlgoId, ClientOrderId, Nanos, Symbol
from desk.venues.binance.codec import Mangled
from desk.venues.binance.offset import told_at
from desk.venues.binance.rest import Call, Rest
from desk.venues.outcomes import Outcome, classify

TRIES: Final = 4
"""How often all is asked before the answer is given up: it will be asked for again."""
TRADES_MAX: Final = 1_000
TRADES_KEPT: Final = 2_000
"""Of a symbol; older ones have long been booked."""
FORGOTTEN_AFTER: Final = Nanos(60 * SECOND)
"""For this long after a trade the venue cannot have forgotten its order."""
WEEK: Final = Nanos(7 * 86_400 * SECOND - 60 * SECOND)
"""The venue lists no older trades without an id to begin from."""
_RUNS: Final = {
    OrderKind.CHASE: "chase",
    OrderKind.SCALPER: "scalper",
    OrderKind.TWAP: "twap",
    OrderKind.SCALE: "scale",
    OrderKind.BRACKET: "bracket",
}
_TIFS: Final = {each.value.upper(): each for each in TimeInForce}

T = TypeVar("T")


class _Balance(Struct, rename="camel"):
    asset: str
    balance: Decimal


class _Position(Struct, rename="camel"):
    symbol: str
    position_amt: Decimal
    entry_price: Decimal
    position_side: str = "BOTH"


class _Order(Struct, rename="camel"):
    symbol: str
    order_id: int
    client_order_id: str
    side: str
    price: Decimal
    orig_qty: Decimal
    executed_qty: Decimal
    time_in_force: str = "GTC"
    reduce_only: bool = False


class _AlgoOrder(Struct, rename="camel"):
    symbol: str
    client_algo_id: str
    side: str
    quantity: Decimal
    trigger_price: Decimal
    reduce_only: bool = False


class _Trade(Struct, rename="camel"):
    symbol: str
    id: int
    order_id: int
    side: str
    price: Decimal
    qty: Decimal
    commission: Decimal
    maker: bool
    time: int


class _Income(Struct, rename="camel"):
    symbol: str
    income: Decimal
    time: int


class Orders:
    """What is known of orders by their ids: of ours, what they were sent as; of any, which client id a number has."""

    def __init__(self, known: Iterable[OrderSpec]) -> None:
        self._specs = {each.id: each for each in known}
        self._guards: dict[ClientOrderId, GuardSpec] = {}
        self._names: dict[tuple[Symbol, int], ClientOrderId] = {}

    def sent(self, spec: OrderSpec) -> None:
        """Remember an order of ours."""
        self._specs[spec.id] = spec

    def numbered(self, symbol: Symbol, number: int, order: ClientOrderId) -> None:
        """Remember which order a number of the venue's is."""
        self._names[symbol, number] = order

    def guarded(self, guard: GuardSpec) -> None:
        """Remember a stop of ours: the order that it becomes has its id, and a number of its own."""
        self._guards[guard.id] = guard

    def accepted(self, order: ClientOrderId, number: int) -> None:
        """Remember the number that the venue has given an order of ours."""
        spec = self._specs.get(order) or self._guards.get(order)
        if spec is not None and number:
            self._names[spec.symbol, number] = order

    def name(self, symbol: Symbol, number: int) -> ClientOrderId | None:
        """Return the client id of a number; None: it has not been told."""
        return self._names.get((symbol, number))

    def side(self, order: ClientOrderId) -> Side:
        """Return an order's side; raises VenueError for one that nobody has told us of."""
        spec = self._specs.get(order)
        if spec is None:
            raise VenueError(f"{order}: expected an order of ours, found none")
        return spec.side

    def as_found(self, found: _Order) -> OrderSpec:
        """Return an order open at the venue as a spec: ours as it was sent, another by what its id says."""
        order = ClientOrderId(found.client_order_id)
        known, parts = self._specs.get(order), ids.parse(order)
        algo = None
        if parts is not None and parts.parent and parts.kind in _RUNS:
            algo = AlgoId(f"{_RUNS[parts.kind]}-{parts.parent}")
        return OrderSpec(
            id=order,
            sub=known.sub if known is not None else parts.sub if parts is not None else UNALLOCATED,
            symbol=Symbol(found.symbol),
            side=Side(found.side.lower()),
            type=known.type if known is not None else OrderType.LIMIT,
            tif=_TIFS.get(found.time_in_force, TimeInForce.GTC),
            quantity=found.orig_qty,
            price=found.price,
            reduce_only=found.reduce_only,
            closing=known.closing if known is not None else found.reduce_only,
            kind=known.kind if known is not None else parts.kind if parts is not None else OrderKind.MANUAL,
            algo=known.algo if known is not None else algo,
            leg=known.leg if known is not None else parts.leg if parts is not None else 0,
        )


class Asker:
    """Asks for the venue's truth."""

    def __init__(
        self,
        rest: Rest,
        orders: Orders,
        *,
        asset: str,
        since: Nanos,
        now: Callable[[], Nanos],
        spoken: Callable[[], int],
    ) -> None:
        """`since` is when the books began: what the account did before is in its cash and positions already.

        `spoken` counts what the user stream has said: while it grows, answers may contradict each other.
        """
        self._since = since
        self._rest = rest
        self._orders = orders
        self._asset = asset
        self._now = now
        self._spoken = spoken
        self._trades: dict[Symbol, dict[int, VenueTrade]] = {}

    async def ask(self, symbols: tuple[Symbol, ...], *, with_funding: bool) -> VenueTruth | None:
        """Return the truth; None: the venue would not tell, or did not hold still. Raises Mangled for an answer that is none."""
        try:
            return await self._ask(symbols, with_funding=with_funding)
        except BaseExceptionGroup as group:
            mangled, others = group.split(Mangled)
            if mangled is None or others is not None:
                raise
            raise Mangled("; ".join(str(each) for each in mangled.exceptions)) from None

    async def _ask(self, symbols: tuple[Symbol, ...], *, with_funding: bool) -> VenueTruth | None:
        for _ in range(TRIES):
            spoken, ts = self._spoken(), self._now()
            async with asyncio.TaskGroup() as group:
                orders = group.create_task(self._open_orders(symbols))
                wallet = group.create_task(self._wallet())
                positions = group.create_task(self._positions())
                guards = group.create_task(self._open_guards(symbols))
            async with asyncio.TaskGroup() as group:
                listed = [group.create_task(self._new_trades(symbol)) for symbol in symbols]
                funding = group.create_task(self._funding()) if with_funding else None
            answers = orders.result(), wallet.result(), positions.result(), guards.result()
            if None in answers or any(each.result() is None for each in listed):
                return None
            if funding is not None and funding.result() is None:
                return None
            if spoken == self._spoken():
                break
        else:
            return None
        found, cash, held, asleep = answers
        assert found is not None and cash is not None and held is not None and asleep is not None, "looked at above"  # noqa: PT018
        return VenueTruth(
            ts=ts,
            wallet=cash,
            positions=held,
            orders=found,
            guards=asleep,
            trades=tuple(trade for symbol in symbols for trade in self._trades.get(symbol, {}).values()),
            payments=() if funding is None else funding.result() or (),
        )

    async def wallet(self) -> Decimal | None:
        """Return the wallet's cash; None: the venue would not tell."""
        return await self._wallet()

    async def _open_orders(self, symbols: tuple[Symbol, ...]) -> tuple[OpenOrder, ...] | None:
        found: list[OpenOrder] = []
        for symbol in symbols:
            rows = await self._list(Call("GET", "/fapi/v1/openOrders", {"symbol": symbol}), _Order)
            if rows is None:
                return None
            for each in rows:
                self._orders.numbered(symbol, each.order_id, ClientOrderId(each.client_order_id))
                found.append(OpenOrder(self._orders.as_found(each), each.order_id, each.executed_qty))
        return tuple(found)

    async def _open_guards(self, symbols: tuple[Symbol, ...]) -> tuple[GuardSpec, ...] | None:
        """Return the stops of ours that the venue holds; another's are no business of ours."""
        found: list[GuardSpec] = []
        for symbol in symbols:
            rows = await self._list(Call("GET", "/fapi/v1/openAlgoOrders", {"symbol": symbol}), _AlgoOrder)
            if rows is None:
                return None
            found += [spec for each in rows if (spec := _guard(each)) is not None]
        return tuple(found)

    async def _wallet(self) -> Decimal | None:
        rows = await self._list(Call("GET", "/fapi/v3/balance", {}, weight=5), _Balance)
        if rows is None:
            return None
        return next((each.balance for each in rows if each.asset == self._asset), ZERO)

    async def _positions(self) -> tuple[VenuePosition, ...] | None:
        rows = await self._list(Call("GET", "/fapi/v3/positionRisk", {}, weight=5), _Position)
        if rows is None:
            return None
        twofold = [each.symbol for each in rows if each.position_side != "BOTH"]
        if twofold:
            raise Mangled(f"position of {twofold[0]}: expected one-way mode, found hedge mode")
        return tuple(
            VenuePosition(
                Symbol(each.symbol), each.position_amt, each.entry_price, each.position_amt * each.entry_price
            )
            for each in rows
            if each.position_amt
        )

    async def _new_trades(self, symbol: Symbol) -> bool | None:
        """Take in the trades that are not known yet, page after page; None: the venue would not tell."""
        known = self._trades.setdefault(symbol, {})
        while True:
            params: dict[str, str | int | bool] = {"symbol": symbol, "limit": TRADES_MAX}
            if known:
                params["fromId"] = next(reversed(known)) + 1
            else:
                params["startTime"] = max(self._since, self._now() - WEEK) // MILLISECOND
            rows = await self._list(Call("GET", "/fapi/v1/userTrades", params, weight=5), _Trade)
            if rows is None:
                return None
            for each in rows:
                trade = await self._trade(each)
                if trade is None:
                    return None
                known[each.id] = trade
            while len(known) > TRADES_KEPT:
                del known[next(iter(known))]
            if len(rows) < TRADES_MAX:
                return True

    async def _trade(self, row: _Trade) -> VenueTrade | None:
        symbol = Symbol(row.symbol)
        order = self._orders.name(symbol, row.order_id) or await self._ask_name(row)
        if order is None:
            return None
        return VenueTrade(
            order,
            symbol,
            row.id,
            row.price,
            row.qty,
            row.commission,
            row.maker,
            told_at(row.time, self._now()),
            Side(row.side.lower()),
        )

    async def _ask_name(self, row: _Trade) -> ClientOrderId | None:
        """Return the client id of an order that only its trades tell of; None: the venue does not tell now.

        One that the venue has forgotten is nobody's; one that it has just filled it can only have mislaid.
        """
        symbol, number = Symbol(row.symbol), row.order_id
        reply = await self._rest.send(Call("GET", "/fapi/v1/order", {"symbol": symbol, "orderId": number}))
        if reply.answer.status == 200:
            name = _decode(reply.answer.body, _Order, "order").client_order_id
        elif (
            classify(reply.answer).outcome is Outcome.ABSENT_NOW
            and self._now() - row.time * MILLISECOND >= FORGOTTEN_AFTER
        ):
            name = f"order-{number}"
        else:
            return None
        self._orders.numbered(symbol, number, ClientOrderId(name))
        return ClientOrderId(name)

    async def _funding(self) -> tuple[FundingPaid, ...] | None:
        call = Call("GET", "/fapi/v1/income", {"incomeType": "FUNDING_FEE", "limit": 1_000}, weight=30)
        rows = await self._list(call, _Income)
        if rows is None:
            return None
        ts = self._now()
        # What was paid is told, at which rate and mark is not.
        return tuple(
            FundingPaid(ts, Symbol(each.symbol), each.income, ZERO, ZERO, Nanos(each.time * MILLISECOND))
            for each in rows
            if each.time * MILLISECOND >= self._since
        )

    async def _list(self, call: Call, kind: type[T]) -> list[T] | None:
        reply = await self._rest.send(call)
        return _decode(reply.answer.body, list[kind], call.path) if reply.answer.status == 200 else None  # type: ignore[valid-type]


def _guard(row: _AlgoOrder) -> GuardSpec | None:
    order = ClientOrderId(row.client_algo_id)
    parts = ids.parse(order)
    if parts is None or parts.kind not in _RUNS:
        return None
    return GuardSpec(
        id=order,
        sub=parts.sub,
        symbol=Symbol(row.symbol),
        side=Side(row.side.lower()),
        quantity=row.quantity,
        trigger=row.trigger_price,
        algo=AlgoId(f"{_RUNS[parts.kind]}-{parts.parent}"),
        leg=parts.leg,
        reduce_only=row.reduce_only,
    )


def _decode(body: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Mangled(f"{what}: {error}") from None
