"""Answers about orders and trades ("Trade"). Since 2026-06-30 an acknowledgement says neither average price nor quote."""

from msgspec import UNSET, Struct, UnsetType


class Ack(Struct, rename="camel"):
    """The acknowledgement of an order placed, changed or cancelled."""

    order_id: int
    symbol: str
    status: str
    client_order_id: str
    price: str
    orig_qty: str
    executed_qty: str
    time_in_force: str
    type: str
    side: str
    update_time: int = 0
    cum_qty: str = "0"
    reduce_only: bool = False
    close_position: bool = False
    position_side: str = "BOTH"
    stop_price: str = "0"
    working_type: str = "CONTRACT_PRICE"
    price_protect: bool = False
    orig_type: str = "LIMIT"
    price_match: str = "NONE"
    self_trade_prevention_mode: str = "NONE"
    good_till_date: int = 0
    pair: str | UnsetType = UNSET
    modify_id: int | UnsetType = UNSET


class OrderRow(Struct, rename="camel"):
    """An order as questions show it: with its average price, its quote, and when it was placed."""

    order_id: int
    symbol: str
    status: str
    client_order_id: str
    price: str
    orig_qty: str
    executed_qty: str
    time_in_force: str
    type: str
    side: str
    avg_price: str = "0.00000"
    cum_quote: str = "0"
    time: int = 0
    update_time: int = 0
    reduce_only: bool = False
    close_position: bool = False
    position_side: str = "BOTH"
    stop_price: str = "0"
    working_type: str = "CONTRACT_PRICE"
    price_protect: bool = False
    orig_type: str = "LIMIT"
    price_match: str = "NONE"
    self_trade_prevention_mode: str = "NONE"
    good_till_date: int = 0
    pair: str | UnsetType = UNSET
    cum_base: str | UnsetType = UNSET


class UserTrade(Struct, rename="camel"):
    """A row of GET userTrades; commission is positive when paid."""

    symbol: str
    id: int
    order_id: int
    side: str
    price: str
    qty: str
    realized_pnl: str
    commission: str
    commission_asset: str
    time: int
    buyer: bool
    maker: bool
    quote_qty: str = "0"
    position_side: str = "BOTH"
    pair: str = ""
    base_qty: str = "0"
    margin_asset: str = "USDT"


class Change(Struct):
    """What an amendment made of a number."""

    before: str
    after: str


class AmendmentDetail(Struct, rename="camel"):
    """What an amendment changed, and how many there have been."""

    price: Change
    orig_qty: Change
    count: int
    modify_id: int | UnsetType = UNSET


class Amendment(Struct, rename="camel"):
    """A row of GET orderAmendment."""

    amendment_id: int
    symbol: str
    pair: str
    order_id: int
    client_order_id: str
    time: int
    amendment: AmendmentDetail


class Countdown(Struct, rename="camel"):
    """POST countdownCancelAll: the time comes back as a string."""

    symbol: str
    countdown_time: str


class AlgoAck(Struct, rename="camel"):
    """A conditional order, as placed."""

    algo_id: int
    client_algo_id: str
    algo_type: str
    order_type: str
    symbol: str
    side: str
    position_side: str
    time_in_force: str
    quantity: str
    algo_status: str
    trigger_price: str
    price: str
    self_trade_prevention_mode: str
    working_type: str
    price_match: str
    close_position: bool
    price_protect: bool
    reduce_only: bool
    create_time: int
    update_time: int
    trigger_time: int
    good_till_date: int
    iceberg_quantity: str | None = None
    activate_price: str = ""
    callback_rate: str = ""


class AlgoRow(AlgoAck, rename="camel", kw_only=True):
    """A conditional order as questions show it: with the order that it became."""

    actual_order_id: str = ""
    actual_price: str = "0.00000"
    actual_qty: str = "0.00000"
    actual_type: str = ""
    tp_order_type: str = ""


class AlgoCancelled(Struct, rename="camel"):
    """DELETE algoOrder: the code is a string here."""

    algo_id: int
    client_algo_id: str
    code: str = "200"
    msg: str = "success"


class Done(Struct):
    """What says no more than that it was done."""

    msg: str
    code: int | str = 200


class Complaint(Struct):
    """The venue's no: every error, and the elements of a batch that failed."""

    code: int
    msg: str
