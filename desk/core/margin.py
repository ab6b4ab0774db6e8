"""Maintenance margin, margin ratio and liquidation price, exact.

Everything rests on one identity: with the venue's brackets, maintenance margin is the largest of the affine pieces
notional * rate - cum, which is continuous and convex. So an account is liquidated at the first line it crosses and no
search over brackets is needed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.core.ledger import Account
from desk.model.instrument import Bracket, Instrument
from desk.model.units import ZERO, Symbol
from desk.model.view import AdlTier

INFINITE: Final = Decimal("Infinity")
TIERS: Final = (
    (Decimal("0.95"), AdlTier.T3),
    (Decimal("0.925"), AdlTier.T2),
    (Decimal("0.90"), AdlTier.T1),
    (Decimal("0.70"), AdlTier.WATCH),
)
"""Margin ratio from which each tier begins, worst first."""


class Holding(Struct, frozen=True, kw_only=True):
    """One position seen from the margin engine; `maintenance` includes the surcharge of same-side neighbours."""

    symbol: Symbol
    quantity: Decimal
    entry_price: Decimal
    mark: Decimal
    unrealised: Decimal
    maintenance: Decimal
    brackets: tuple[Bracket, ...]

    @property
    def notional(self) -> Decimal:
        """Size of the position at its mark."""
        return abs(self.quantity) * self.mark


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

    @property
    def tier(self) -> AdlTier:
        """Our own tier by margin ratio alone."""
        return next((tier for start, tier in TIERS if self.ratio >= start), AdlTier.NONE)


def maintenance(brackets: Sequence[Bracket], notional: Decimal) -> Decimal:
    """Return the maintenance margin of a notional, in quote currency."""
    return max((notional * each.rate - each.cum for each in brackets), default=ZERO)


def surcharged(brackets: Sequence[Bracket], notional: Decimal, notional_side: Decimal) -> Decimal:
    """Return a sub-account's maintenance margin where the same side of the venue holds `notional_side` in all.

    Brackets are progressive, so sub-accounts judged alone would look safer than the venue that holds their sum.
    """
    alone = maintenance(brackets, notional)
    if not notional_side:
        return alone
    return max(alone, notional * maintenance(brackets, notional_side) / notional_side)


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
    `sides` has the notional that all sub-accounts hold long (True) or short (False) in a symbol.
    """
    holdings = []
    for symbol, position in account.positions.items():
        if not position.quantity:
            continue
        mark = marks.get(symbol, position.entry_price)
        brackets = instruments[symbol].brackets if symbol in instruments else ()
        notional = abs(position.quantity) * mark
        holdings.append(
            Holding(
                symbol=symbol,
                quantity=position.quantity,
                entry_price=position.entry_price,
                mark=mark,
                unrealised=position.unrealised(mark),
                maintenance=surcharged(brackets, notional, sides.get((symbol, position.quantity > 0), ZERO)),
                brackets=brackets,
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


def liquidation_price(wallet: Decimal, holdings: Sequence[Holding], symbol: Symbol) -> Decimal | None:
    """Return the price of `symbol` at which the account is liquidated while all other marks stand still.

    None: no positive price of this symbol alone does it. An account that is already below its maintenance margin gets
    the current mark.
    """
    moving = next(each for each in holdings if each.symbol == symbol)
    others = [each for each in holdings if each.symbol != symbol]
    rest = wallet + sum((each.unrealised - each.maintenance for each in others), ZERO)
    if rest + moving.unrealised <= moving.maintenance:
        return moving.mark
    size, side = abs(moving.quantity), 1 if moving.quantity > 0 else -1
    lines = [
        (rest + each.cum - side * size * moving.entry_price) / (size * (each.rate - side)) for each in moving.brackets
    ]
    above = [price for price in lines if price > ZERO]
    if side > 0:
        highest = max(lines, default=ZERO)
        return highest if highest > ZERO else None
    return min(above, default=None)


def uniform_shock(wallet: Decimal, holdings: Sequence[Holding]) -> Decimal | None:
    """Return the smallest common move of all marks, as a signed fraction, that liquidates the account.

    Assumes every mark moves by the same fraction. None: no fall to zero and no rise to ten times does it.
    """
    down = _breach(wallet, holdings, Decimal(-1))
    up = _breach(wallet, holdings, Decimal(9))
    found = [each for each in (down, up) if each is not None]
    return min(found, key=abs, default=None)


def _breach(wallet: Decimal, holdings: Sequence[Holding], end: Decimal) -> Decimal | None:
    """Bisect for the first breach between no move and `end`; equity minus maintenance is concave in the move."""
    if not holdings or _slack(wallet, holdings, ZERO) <= ZERO:
        return ZERO if holdings else None
    low, high = ZERO, end
    if _slack(wallet, holdings, end) > ZERO:
        return None
    for _ in range(64):
        middle = (low + high) / 2
        if _slack(wallet, holdings, middle) > ZERO:
            low = middle
        else:
            high = middle
    return high


def _slack(wallet: Decimal, holdings: Sequence[Holding], move: Decimal) -> Decimal:
    slack = wallet
    for each in holdings:
        mark = each.mark * (1 + move)
        slack += each.quantity * (mark - each.entry_price) - maintenance(each.brackets, abs(each.quantity) * mark)
    return slack
