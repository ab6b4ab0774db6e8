"""A conditional order as the server keeps it, and every shape it is shown in."""

from decimal import Decimal

from msgspec import Struct

from desk.exchange.conditional import Condition
from desk.exchange.resting import SelfTrade
from desk.model.instrument import Instrument
from desk.model.units import ZERO
from desk.server import orders
from desk.server.text import price_text, quantity_text, short
from desk.server.wire import events
from desk.server.wire.orders import AlgoAck, AlgoRow


class AlgoOrder(Struct, kw_only=True):
    """One conditional order; times in milliseconds."""

    id: int
    account: str
    client_id: str
    condition: Condition
    quantity: Decimal
    price: Decimal
    tif: str
    reduce_only: bool
    closes_position: bool
    protects_price: bool
    price_match: str
    self_trade: SelfTrade
    good_till: int
    placed: int
    updated: int
    status: str = "NEW"
    triggered: int = 0
    became: int = 0
    """The number of the order it has become."""
    became_price: Decimal = ZERO
    became_quantity: Decimal = ZERO
    reason: str = ""

    @property
    def is_asleep(self) -> bool:
        """Tell whether it still waits."""
        return self.status == "NEW"


def ack(order: AlgoOrder, rules: Instrument) -> AlgoAck:
    """Return the acknowledgement: what questions show, without what it has become."""
    whole = row(order, rules)
    return AlgoAck(*(getattr(whole, name) for name in AlgoAck.__struct_fields__))


def row(order: AlgoOrder, rules: Instrument) -> AlgoRow:
    """Return the order as questions show it."""
    condition = order.condition
    is_trailing = condition.kind.is_trailing
    return AlgoRow(
        algo_id=order.id,
        client_algo_id=order.client_id,
        algo_type="CONDITIONAL",
        order_type=condition.kind.value,
        symbol=condition.symbol,
        side=orders.side_text(condition.side),
        position_side="BOTH",
        time_in_force=order.tif,
        quantity=quantity_text(order.quantity, rules),
        algo_status=order.status,
        trigger_price=price_text(ZERO if is_trailing else condition.trigger, rules),
        price=price_text(order.price, rules),
        self_trade_prevention_mode=order.self_trade.value,
        working_type=condition.working.value,
        price_match=order.price_match,
        close_position=order.closes_position,
        price_protect=order.protects_price,
        reduce_only=order.reduce_only,
        create_time=order.placed,
        update_time=order.updated,
        trigger_time=order.triggered,
        good_till_date=order.good_till,
        activate_price=price_text(condition.trigger, rules) if is_trailing else "",
        callback_rate=short(condition.callback) if is_trailing else "",
        actual_order_id=str(order.became) if order.became else "",
        actual_price=f"{order.became_price:.5f}",
        actual_qty=f"{order.became_quantity:.5f}",
        actual_type=_actual_type(order),
    )


def _actual_type(order: AlgoOrder) -> str:
    if not order.became:
        return ""
    return orders.MARKET if order.condition.kind.is_market else orders.LIMIT


def told(order: AlgoOrder) -> events.Algo:
    """Return the order as the user stream tells of it."""
    condition = order.condition
    return events.Algo(
        caid=order.client_id,
        aid=order.id,
        at="CONDITIONAL",
        o=condition.kind.value,
        s=condition.symbol,
        S=orders.side_text(condition.side),
        ps="BOTH",
        f=order.tif,
        q=short(order.quantity),
        X=order.status,
        ai=str(order.became) if order.became else "",
        ap=f"{order.became_price:.5f}",
        aq=f"{order.became_quantity:.5f}",
        act=_actual_type(order),
        tp=short(condition.trigger),
        p=short(order.price),
        V=order.self_trade.value,
        wt=condition.working.value,
        pm=order.price_match,
        cp=order.closes_position,
        pP=order.protects_price,
        R=order.reduce_only,
        tt=order.triggered,
        gtd=order.good_till,
        rm=order.reason,
        ia=condition.is_active,
    )
