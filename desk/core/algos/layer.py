"""One layer of a scalper: its entries, its exit, its pauses; and what the run has learnt from all of them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from desk.model.order import Side
from desk.model.program import EmaMode, ScalperSpec
from desk.model.units import BPS, MILLISECOND, SECOND, ZERO, Nanos, millis

MULTIPLE_MAX: Final = 16
"""The longest pause of a layer, in its shortest."""
MINUTE: Final = Nanos(60 * SECOND)
EMA_KEEPS: Final = Decimal("0.85")
EMA_SAMPLES_MIN: Final = 5
EMA_GAIN: Final = Decimal("0.5")
WIDEST: Final = Decimal(3)
"""Layers are never put further out than this many times their distance."""
_ONE: Final = Decimal(1)


class Ema(Struct):
    """The average result of a round trip, in bps of its entry, the latest weighing most."""

    value: Decimal = ZERO
    samples: int = 0

    def add(self, bps: Decimal) -> None:
        """Take one result."""
        self.value = EMA_KEEPS * self.value + (1 - EMA_KEEPS) * bps
        self.samples += 1

    @property
    def corrected(self) -> Decimal:
        """The average without the bias of having begun at zero."""
        return self.value / (1 - EMA_KEEPS**self.samples) if self.samples else ZERO

    def multiplier(self, base_bps: Decimal) -> Decimal:
        """Return by how much losing layers should be put further out."""
        return min(WIDEST, _ONE + EMA_GAIN * max(ZERO, -self.corrected) / base_bps)

    def applied(self, spec: ScalperSpec) -> Decimal:
        """Return by how much they are."""
        if spec.ema is not EmaMode.APPLY or self.samples < EMA_SAMPLES_MIN:
            return _ONE
        return self.multiplier(spec.base_bps)


class Window(Struct):
    """Entries of one side that have begun to fill in the last minute: parents, not trades."""

    fills: list[tuple[Nanos, Decimal]] = field(default_factory=list)
    """When, and the notional of the whole parent."""

    def add(self, at: Nanos, notional: Decimal) -> None:
        """Note the first fill of a parent."""
        self.fills.append((at, notional))

    def free_at(self, now: Nanos, spec: ScalperSpec) -> Nanos:
        """Return when the side may quote: `now` or earlier when it may at once."""
        self.fills = [each for each in self.fills if each[0] > now - MINUTE]
        free = Nanos(0)
        if spec.fills_max and len(self.fills) >= spec.fills_max:
            free = Nanos(self.fills[-spec.fills_max][0] + MINUTE)
        if spec.notional_max:
            total = sum((notional for _, notional in self.fills), ZERO)
            for at, notional in self.fills:
                if total < spec.notional_max:
                    break
                total -= notional
                free = max(free, Nanos(at + MINUTE))
        return free


class Layer(Struct, kw_only=True):
    """What one layer holds, and when it may quote again."""

    side: Side
    """Of its entries."""
    index: int
    held: Decimal = ZERO
    """Entered and not yet taken off, without a sign."""
    cost: Decimal = ZERO
    """What that was entered for."""
    entered: Decimal = ZERO
    """Value of all entries of this round trip."""
    gained: Decimal = ZERO
    """Result of the exits of this round trip, in quote currency."""
    level: int = 0
    """How often the pause has been doubled, plus one; 0 for no pause."""
    last_fill: Nanos | None = None
    eased_at: Nanos = Nanos(0)
    """When the level last went down, or the layer last filled."""
    opened: Nanos | None = None

    @property
    def entry(self) -> Decimal:
        """Average price of what is held; zero when flat."""
        return self.cost / self.held if self.held else ZERO

    def pause(self, delay_ms: int) -> Nanos:
        """Return how long the layer waits after a fill: doubled by each level, at most sixteenfold."""
        return millis(delay_ms * min(MULTIPLE_MAX, 1 << max(0, self.level - 1))) if self.level else Nanos(0)

    def free_at(self, delay_ms: int) -> Nanos:
        """Return when it may quote again."""
        return Nanos(self.last_fill + self.pause(delay_ms)) if self.last_fill is not None else Nanos(0)

    def ease(self, now: Nanos, delay_ms: int) -> None:
        """Take a level back for every two pauses without a fill."""
        while self.level and now - self.eased_at >= 2 * self.pause(delay_ms):
            self.eased_at = Nanos(self.eased_at + 2 * self.pause(delay_ms))
            self.level -= 1

    def on_first_fill(self, at: Nanos, delay_ms: int) -> None:
        """A parent of this layer has begun to fill."""
        self.ease(at, delay_ms)
        is_soon = self.last_fill is not None and at - self.last_fill <= 2 * max(self.pause(delay_ms), millis(delay_ms))
        self.level = min(self.level + 1, MULTIPLE_MAX.bit_length() + 1) if is_soon or not self.level else self.level
        self.last_fill = self.eased_at = at

    def enter(self, quantity: Decimal, value: Decimal, at: Nanos) -> None:
        """An entry has traded."""
        self.held += quantity
        self.cost += value
        self.entered += value
        self.opened = self.opened if self.opened is not None else at

    def leave(self, quantity: Decimal, value: Decimal) -> Decimal | None:
        """An exit has traded; return the round trip's result in bps once nothing is held any more."""
        released = self.cost if quantity == self.held else self.cost * quantity / self.held
        self.gained += (value - released) * self.side.sign
        self.held -= quantity
        self.cost -= released
        if self.held:
            return None
        result = self.gained / self.entered / BPS if self.entered else ZERO
        self.entered = self.gained = self.cost = ZERO
        self.opened = None
        self.level //= 2
        return result

    def bps(self, price: Decimal) -> Decimal:
        """Return how far the layer is above water at a price, in bps of its entry."""
        return self.side.sign * (price - self.entry) / self.entry / BPS if self.held else ZERO


def worst(layers: Iterable[Layer], side: Side, price: Decimal) -> Decimal:
    """Return how far the worst layer of a side is above water, in bps; zero when none is open."""
    return min((each.bps(price) for each in layers if each.side is side and each.held), default=ZERO)


def in_seconds(span: int) -> str:
    """Return a span as it stands in a note."""
    return f"{span / SECOND:.1f} s" if span >= SECOND else f"{span // MILLISECOND} ms"
