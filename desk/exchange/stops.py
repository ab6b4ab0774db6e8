"""The stops that the exchange holds for the desk: asleep until a mark reaches their trigger, then orders at any price."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from desk.exchange.conditional import Condition, ConditionKind, WorkingPrice
from desk.exchange.pit import Pit
from desk.exchange.resting import LiveOrder
from desk.exchange.validation import DUPLICATE_ID, UNKNOWN_CANCEL, UNKNOWN_SYMBOL, Refused
from desk.model.guard import GuardSpec
from desk.model.order import Side
from desk.model.units import ClientOrderId, Symbol

WOULD_TRIGGER = Refused(-2021, "Order would immediately trigger.")


class Stops:
    """All that sleep."""

    def __init__(self, pits: Mapping[Symbol, Pit]) -> None:
        self._pits = pits
        self._asleep: dict[ClientOrderId, GuardSpec] = {}

    def __iter__(self) -> Iterator[GuardSpec]:
        """Walk them in the order they came."""
        return iter(self._asleep.values())

    def place(self, spec: GuardSpec) -> Refused | None:
        """Take one in, or return why not."""
        pit = self._pits.get(spec.symbol)
        if pit is None:
            return UNKNOWN_SYMBOL
        if spec.id in self._asleep:
            return DUPLICATE_ID
        if pit.mark is not None and _condition(spec).is_hit(pit.mark.price):
            return WOULD_TRIGGER
        self._asleep[spec.id] = spec
        return None

    def cancel(self, order: ClientOrderId) -> Refused | None:
        """Let one go, or return why not."""
        return UNKNOWN_CANCEL if self._asleep.pop(order, None) is None else None

    def wake(self, pit: Pit) -> list[GuardSpec]:
        """Take out and return those that a pit's mark wakes."""
        symbol, mark = pit.instrument.symbol, pit.mark
        if mark is None:
            return []
        hit = [each for each in self if each.symbol == symbol and _condition(each).is_hit(mark.price)]
        for each in hit:
            del self._asleep[each.id]
        return hit

    def restore(self, kept: list[GuardSpec]) -> None:
        """Come back as they were."""
        self._asleep = {each.id: each for each in kept}


def as_order(spec: GuardSpec, pit: Pit) -> LiveOrder:
    """Return what a stop becomes: it takes, up to the worst price that the exchange allows."""
    mark = pit.mark
    assert mark is not None, "a mark has woken it"
    order = spec.as_order(_worst(spec.side, mark.price, pit))
    return LiveOrder(order, 0, order.price, order.quantity)


def _condition(spec: GuardSpec) -> Condition:
    return Condition(
        symbol=spec.symbol,
        side=spec.side,
        kind=ConditionKind.STOP_MARKET,
        working=WorkingPrice.MARK,
        trigger=spec.trigger,
    )


def _worst(side: Side, mark: Decimal, pit: Pit) -> Decimal:
    rules = pit.instrument
    if side is Side.BUY:
        return rules.round_down_to_tick(mark * rules.collar_up)
    return rules.round_up_to_tick(mark * rules.collar_down)
