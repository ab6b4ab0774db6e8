"""Maintenance margin, margin ratio and liquidation price, exact.

Everything rests on one identity: with the venue's brackets, maintenance margin is the largest of the affine pieces
notional * rate - cum, which is continuous and convex. So an account is liquidated at the first line it crosses and no
search over brackets is needed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct, structs

from desk.core.ledger import Account
from desk.model.instrument import Bracket, Instrument
from desk.model.units import ZERO, Symbol

INFINITE: Final = Decimal("Infinity")
ONE: Final = Decimal(1)


class Holding(Struct, frozen=True, kw_only=True):
    """One position seen from the margin engine.

    `share` is its part of what all sub-accounts hold on its side of the symbol. Brackets are progressive, so sub-accounts
    judged alone would look safer than the venue that holds their sum: each carries its share of what the sum costs. With
    the affine pieces that is exactly `notional * rate - cum * share`, so a price at which something happens is found in
    the same way with and without neighbours.
    """

    symbol: Symbol
    quantity: Decimal
    entry_price: Decimal
    mark: Decimal
    unrealised: Decimal
    brackets: tuple[Bracket, ...]
    share: Decimal = ONE

    @property
    def notional(self) -> Decimal:
        """Size of the position at its mark."""
        return abs(self.quantity) * self.mark

    @property
    def maintenance(self) -> Decimal:
        """Maintenance margin at the mark."""
        return self.maintenance_at(self.mark)

    def maintenance_at(self, price: Decimal) -> Decimal:
        """Return the maintenance margin the position needs at `price`."""
        return maintenance(self.brackets, abs(self.quantity) * price, self.share)


class Standing(Struct, frozen=True, kw_only=True):
    """An account's margin at the current marks."""

    equity: Decimal
    unrealised: Decimal
    maintenance: Decimal
    initial: Decimal
    ratio: Decimal
    holdings: tuple[Holding, ...]

    @property
    def free(self) -> Decimal:
        """Equity not bound as initial margin; negative when over-used."""
        return self.equity - self.initial


def maintenance(brackets: Sequence[Bracket], notional: Decimal, share: Decimal = ONE) -> Decimal:
    """Return the maintenance margin of a notional that is `share` of its side, in quote currency."""
    return max((notional * each.rate - each.cum * share for each in brackets), default=ZERO)


def margin_ratio(maintenance_margin: Decimal, equity: Decimal) -> Decimal:
    """Return maintenance over equity: 0 without positions, infinite once equity is gone, 1 is liquidation."""
    if not maintenance_margin:
        return ZERO
    return maintenance_margin / equity if equity > ZERO else INFINITE


def standing(
    account: Account,
    instruments: Mapping[Symbol, Instrument],
    marks: Mapping[Symbol, Decimal],
    sides: Mapping[tuple[Symbol, bool], Decimal],
    leverage: int,
) -> Standing:
    """Judge an account at `marks`; a symbol without a mark counts at its entry price.

    A symbol that is not among `instruments` (not started yet, no longer traded) has no brackets and binds nothing.
    `sides` has the quantity that all our accounts hold long (True) or short (False) in a symbol.
    """
    holdings = []
    for symbol, position in account.positions.items():
        if not position.quantity:
            continue
        mark = marks.get(symbol, position.entry_price)
        brackets = instruments[symbol].brackets if symbol in instruments else ()
        side = sides.get((symbol, position.quantity > 0), ZERO)
        holdings.append(
            Holding(
                symbol=symbol,
                quantity=position.quantity,
                entry_price=position.entry_price,
                mark=mark,
                unrealised=position.unrealised(mark),
                brackets=brackets,
                share=abs(position.quantity) / side if side else ONE,
            )
        )
    unrealised = sum((each.unrealised for each in holdings), ZERO)
    bound = sum((each.maintenance for each in holdings), ZERO)
    equity = account.wallet + unrealised
    return Standing(
        equity=equity,
        unrealised=unrealised,
        maintenance=bound,
        initial=sum((each.notional for each in holdings), ZERO) / leverage,
        ratio=margin_ratio(bound, equity),
        holdings=tuple(holdings),
    )


def span(holding: Holding, room: Decimal, ratio: Decimal = ONE) -> tuple[Decimal | None, Decimal | None]:
    """Return between which prices of one symbol `ratio * equity - maintenance` falls by no more than `room`.

    All other marks stand still. None: on that side no positive price takes so much.
    """
    side, size = (1 if holding.quantity > 0 else -1), abs(holding.quantity)
    # Both sides of the inequality, less what does not move with the price.
    least = holding.mark * ratio * holding.quantity - holding.maintenance - room
    low: Decimal | None = None
    high: Decimal | None = None
    for each in holding.brackets:
        slope, bound = size * (side * ratio - each.rate), least - each.cum * holding.share
        if slope > ZERO:
            low = bound / slope if low is None else max(low, bound / slope)
        elif slope < ZERO:
            high = bound / slope if high is None else min(high, bound / slope)
    return (low if low is not None and low > ZERO else None), high


def price_at_ratio(found: Standing, symbol: Symbol, ratio: Decimal = ONE) -> Decimal | None:
    """Return the price of `symbol` at which the margin ratio reaches `ratio` while all other marks stand still.

    At ratio 1 that is the liquidation price. None: no positive price of this symbol alone does it. An account that has
    reached the ratio gets the current mark.
    """
    moving = next(each for each in found.holdings if each.symbol == symbol)
    room = ratio * found.equity - found.maintenance
    if room <= ZERO:
        return moving.mark
    low, high = span(moving, room, ratio)
    return low if moving.quantity > 0 else high


def moved(found: Standing, symbol: Symbol, price: Decimal) -> Standing:
    """Return how the account would stand with the mark of one symbol elsewhere and all others where they are."""
    holdings = tuple(_remarked(each, price) if each.symbol == symbol else each for each in found.holdings)
    unrealised = sum((each.unrealised for each in holdings), ZERO)
    bound = sum((each.maintenance for each in holdings), ZERO)
    equity = found.equity + unrealised - found.unrealised
    return Standing(
        equity=equity,
        unrealised=unrealised,
        maintenance=bound,
        initial=found.initial,
        ratio=margin_ratio(bound, equity),
        holdings=holdings,
    )


def _remarked(held: Holding, price: Decimal) -> Holding:
    return structs.replace(held, mark=price, unrealised=held.unrealised + held.quantity * (price - held.mark))


def uniform_shock(found: Standing) -> Decimal | None:
    """Return the smallest common move of all marks, as a signed fraction, that liquidates the account.

    Assumes every mark moves by the same fraction. None: no fall to zero and no rise to ten times does it.
    """
    down = _breach(found, Decimal(-1))
    up = _breach(found, Decimal(9))
    return min((each for each in (down, up) if each is not None), key=abs, default=None)


def _breach(found: Standing, end: Decimal) -> Decimal | None:
    """Bisect for the first breach between no move and `end`; equity minus maintenance is concave in the move."""
    if not found.holdings or found.equity <= found.maintenance:
        return ZERO if found.holdings else None
    low, high = ZERO, end
    if _slack(found, end) > ZERO:
        return None
    for _ in range(64):
        middle = (low + high) / 2
        if _slack(found, middle) > ZERO:
            low = middle
        else:
            high = middle
    return high


def _slack(found: Standing, move: Decimal) -> Decimal:
    slack = found.equity
    for each in found.holdings:
        slack += each.quantity * each.mark * move - each.maintenance_at(each.mark * (1 + move))
    return slack
