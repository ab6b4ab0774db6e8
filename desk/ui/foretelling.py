"""What a command would lead to, in words: behind its preview, before Enter."""

from decimal import Decimal
from typing import Final

from desk.model.command import PlaceOrder, StartChase, StartRun
from desk.model.order import Side
from desk.model.view import Consequence, DeskView
from desk.ui import format
from desk.ui.resolve import plain

ORDERS_TOLD: Final = 10


def foretell(step: object, view: DeskView) -> str:
    """Return the sentence, with its comma before it; empty while the desk has not reckoned this one."""
    found = _of(step, view)
    if found is None:
        return ""
    if found.check:
        return f", THE GATE WOULD REFUSE ({found.check}): {found.refusal.partition(': ')[2]}"
    ratio = f"ratio {format.percent(found.ratio_before)} to {format.percent(found.ratio_after)}"
    parts = [
        f"{ratio} (venue {format.percent(found.venue_ratio_after)})",
        f"L {_price(found.liquidation_price, step, view)} (venue {_price(found.venue_liquidation_price, step, view)})",
        f"margin {found.margin_worst:,.0f} of {found.equity:,.0f}",
        f"orders {found.orders_used}/{found.orders_max}",
    ]
    return ", " + ", ".join(parts) + _orders(found, step, view)


def _orders(found: Consequence, step: object, view: DeskView) -> str:
    """Say which orders would go out, the first of them."""
    if len(found.orders) < 2:
        return ""
    told = [
        f"{'-' if each.side is Side.SELL else ''}{plain(each.quantity)}@{_price(each.price, step, view)}"
        for each in found.orders[:ORDERS_TOLD]
    ]
    more = f" and {len(found.orders) - ORDERS_TOLD} more" if len(found.orders) > ORDERS_TOLD else ""
    return f". {len(found.orders)} orders: {' '.join(told)}{more}"


def is_refusal(step: object, view: DeskView) -> bool:
    """Tell whether the gate would refuse it."""
    found = _of(step, view)
    return found is not None and bool(found.check)


def _of(step: object, view: DeskView) -> Consequence | None:
    found = view.consequence
    return found if found is not None and found.command == step else None


def _price(price: Decimal | None, step: object, view: DeskView) -> str:
    symbol = (
        step.symbol
        if isinstance(step, PlaceOrder)
        else step.spec.symbol
        if isinstance(step, StartChase | StartRun)
        else ""
    )
    instrument = next((each for each in view.instruments if each.symbol == symbol), None)
    return format.price(price, instrument) if price is not None and instrument is not None else "none"
