"""Short ways to say how an account stands."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from desk.core import margin
from desk.core.margin import ONE, Holding, Standing
from desk.model.instrument import Bracket
from desk.model.units import ZERO, Symbol
from tests.kit.builders import BRACKETS, D


def holding(
    symbol: str,
    quantity: object,
    entry: object,
    mark: object,
    brackets: Sequence[Bracket] = BRACKETS,
    share: Decimal = ONE,
) -> Holding:
    """Return a position: signed quantity, entry price, mark."""
    size, price, now = D(str(quantity)), D(str(entry)), D(str(mark))
    return Holding(
        symbol=Symbol(symbol),
        quantity=size,
        entry_price=price,
        mark=now,
        unrealised=size * (now - price),
        brackets=tuple(brackets),
        share=share,
    )


def stand(wallet: object, holdings: Iterable[Holding]) -> Standing:
    """Return how an account with this cash and these positions stands; initial margin is left out."""
    held = tuple(holdings)
    unrealised = sum((each.unrealised for each in held), ZERO)
    needed = sum((each.maintenance for each in held), ZERO)
    equity = D(str(wallet)) + unrealised
    return Standing(
        equity=equity,
        unrealised=unrealised,
        maintenance=needed,
        initial=ZERO,
        ratio=margin.margin_ratio(needed, equity),
        holdings=held,
    )


def moved(holdings: Iterable[Holding], symbol: str, price: object) -> tuple[Holding, ...]:
    """Return the same holdings with the mark of one symbol elsewhere."""
    return tuple(
        holding(
            each.symbol,
            each.quantity,
            each.entry_price,
            price if each.symbol == symbol else each.mark,
            each.brackets,
            each.share,
        )
        for each in holdings
    )
