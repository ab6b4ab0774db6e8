"""The price panel: the book by price, with our own orders beside it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.order import Side
from desk.model.tier import AdlTier
from desk.model.units import MILLISECOND, ZERO, Nanos
from desk.model.view import AdlLevel, MarketView, OrderRow, PositionRow
from desk.ui import format
from desk.ui.arming import KeyMode
from desk.ui.cellgrid import Line, Run
from desk.ui.panels.base import Panel
from desk.ui.panels.ladder_rows import (
    Own,
    PriceRow,
    Sight,
    Window,
    centred,
    followed,
    level_text,
    moved,
    price_rows,
    regrouped,
    touch,
)
from desk.ui.theme import Ink

QUOTE_AGE_MS_MAX: Final = 500
"""A quote older than this is shown grey."""
_HEAD_ROWS: Final = 2
_MODE_INKS: Final = {KeyMode.ARMED: Ink.ALARM, KeyMode.CONFIRM: Ink.CAUTION, KeyMode.SAFE: Ink.CALM}
_MARK_INKS: Final = {
    "M": Ink.MARK,
    "E": Ink.OWN,
    "S": Ink.CAUTION,
    "L": Ink.DANGER,
    "V": Ink.DANGER,
    "1": Ink.WARN,
    "2": Ink.CAUTION,
    "3": Ink.ALARM,
}
_MARKS_SHOWN: Final = 3
_TIER_INKS: Final = {AdlTier.T1: Ink.WARN, AdlTier.T2: Ink.CAUTION, AdlTier.T3: Ink.ALARM}


class LadderSection(Struct, frozen=True, kw_only=True):
    """What the ladder shows of one market and one sub-account."""

    instrument: Instrument
    market: MarketView
    orders: tuple[OrderRow, ...]
    """Open orders of the current sub-account in this market."""
    other_orders: tuple[OrderRow, ...] = ()
    """Open orders of the other sub-accounts in this market: shown dim."""
    position: PositionRow | None = None
    levels: tuple[AdlLevel, ...] = ()
    """Where our own deleverage would act on the sub-account if this price moved alone."""
    venue_liquidation: Decimal | None = None
    stops: tuple[Decimal, ...] = ()
    """Where brackets of the sub-account get out."""
    now: Nanos
    mode: KeyMode
    size: Decimal
    """The size preset, in base currency."""
    sub_name: str


class CursorRow(NamedTuple):
    """The prices of the row under the cursor, from `low` to `high`; the same unless rows are grouped."""

    low: Decimal
    high: Decimal

    def price(self, side: Side) -> Decimal:
        """Return where an order is placed: at the end of the row that is further from the market."""
        return self.low if side is Side.BUY else self.high


class LadderPanel(Panel[LadderSection]):
    """Price rows, the highest on top. While the keys are armed no row moves unless it is asked to."""

    TITLE = "ladder"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.window = Window()

    def show(self, section: LadderSection) -> None:
        """Draw a market; another symbol starts with a new window."""
        before = self._section
        if before is None or before.instrument.symbol != section.instrument.symbol:
            self.window = Window(grouping=self.window.grouping)
            self.entitle(f"ladder {format.sanitise(section.instrument.symbol, 24)}")
        if before is None or before.mode != section.mode:
            self._show_mode(section.mode)
        super().show(section)

    def move_cursor(self, rows: int) -> None:
        """Move the cursor up, or down by a negative number of rows."""
        self.window = moved(self.window, rows, self.price_height)
        self.redraw()

    def centre(self) -> None:
        """Bring the touch to the middle, and the cursor to the best bid."""
        self.window = centred(self.window, self._touch())
        self.redraw()

    def group(self, step: int) -> None:
        """Take a coarser (+1) or finer (-1) price grouping."""
        self.window = regrouped(self.window, step, self._touch())
        self.redraw()

    def cursor_price(self) -> CursorRow | None:
        """Return the row under the cursor; None: it is not on the screen, so a key must not act on it."""
        row = self.window.cursor_row
        if self._section is None or row is None or not self.window.has(row, self.price_height):
            return None
        step = self._section.instrument.tick_size
        low = row * self.window.grouping * step
        return CursorRow(low, low + (self.window.grouping - 1) * step)

    @property
    def price_height(self) -> int:
        """Rows that show a price."""
        foot = _foot_rows(self._section) if self._section is not None else 0
        return max(0, self.rows - _HEAD_ROWS - foot)

    def draw(self, section: LadderSection, width: int, height: int) -> Sequence[Line]:
        """Return the header and the price rows."""
        at = touch(section.market, section.instrument)
        rows_shown = max(0, height - _HEAD_ROWS - _foot_rows(section))
        self.window = followed(self.window, at, rows_shown, is_still=section.mode is KeyMode.ARMED)
        sight = Sight(
            instrument=section.instrument,
            market=section.market,
            orders=section.orders,
            other_orders=section.other_orders,
            position=section.position,
            levels=section.levels,
            venue_liquidation=section.venue_liquidation,
            stops=section.stops,
        )
        rows = price_rows(sight, self.window, rows_shown)
        is_out_of_sight = at is not None and not self.window.has(at // self.window.grouping, rows_shown)
        return ladder_lines(section, rows, width, grouping=self.window.grouping, is_lost=is_out_of_sight)

    def _touch(self) -> int | None:
        return touch(self._section.market, self._section.instrument) if self._section else None

    def _show_mode(self, mode: KeyMode) -> None:
        for each in _MODE_INKS:
            self.set_class(each is mode, each.value)
        self.border_subtitle = mode.upper()


class _Widths(NamedTuple):
    own: int
    size: int
    price: int


def ladder_lines(
    section: LadderSection, rows: Sequence[PriceRow], width: int, *, grouping: int, is_lost: bool
) -> list[Line]:
    """Return the ladder as lines; grey, apart from the header, when the quote is too old to trade on."""
    quote = section.market.quote
    age_ms = (section.now - quote.ts) // MILLISECOND if quote else None
    is_stale = age_ms is None or age_ms > QUOTE_AGE_MS_MAX
    header = _header(section, width, grouping=grouping, age_ms=age_ms, is_lost=is_lost)
    if not rows:
        return [header, (), (Run("waiting for the book".center(width), Ink.DIM),)]
    widths = _widths(width, max(len(format.price(row.low, section.instrument)) for row in (rows[0], rows[-1])))
    size_max = max((max(row.bid, row.ask) for row in rows), default=ZERO)
    lines: list[Line] = [header, _headings(widths)]
    for row in rows:
        line = _price_line(row, section.instrument, widths, size_max)
        lines.append(_greyed(line) if is_stale else line)
    if _foot_rows(section):
        lines.append(danger_line(section, width))
    return lines


def danger_line(section: LadderSection, width: int) -> Line:
    """Return where the tiers begin, what they close, and where it would end, the nearest first; L always has its place."""
    instrument, position = section.instrument, section.position
    assert position is not None
    arrow = "▼" if position.quantity > 0 else "▲"
    end: list[Run] = []
    if position.liquidation_price is not None:
        away = _away(position.liquidation_price, position.mark)
        end.append(Run(f" L {format.price(position.liquidation_price, instrument)}{away}", Ink.DANGER))
    if section.venue_liquidation is not None:
        end.append(Run(f" V {format.price(section.venue_liquidation, instrument)}", Ink.DANGER))
    room = width - 1 - sum(len(run.text) for run in end[:1])
    line = [Run(arrow, Ink.DIM)]
    for each in section.levels:
        what = level_text(each, instrument.symbol, instrument)
        text = f" {each.tier} {format.price(each.price, instrument)}{what.removeprefix(each.tier)}"
        if len(text) > room:
            break
        room -= len(text)
        line.append(Run(text, _TIER_INKS[each.tier]))
    return [*line, *end[:1], *(run for run in end[1:] if len(run.text) <= room)]


def _away(price: Decimal, mark: Decimal | None) -> str:
    return f" {format.percent(abs(price - mark) / mark)}" if mark else ""


def _foot_rows(section: LadderSection) -> int:
    """A position that can be liquidated has a line at the foot: its prices are seldom in sight."""
    held = section.position
    return int(held is not None and (held.liquidation_price is not None or bool(section.levels)))


def _greyed(line: Line) -> Line:
    return [run if run.ink is Ink.CURSOR else Run(run.text, Ink.STALE) for run in line]


def _widths(width: int, price_width: int) -> _Widths:
    rest = width - price_width - 6
    size = 9 if rest >= 46 else 8 if rest >= 40 else 6
    own = (rest - 2 * size) // 2
    return _Widths(own if own >= 4 else 0, size, price_width)


def _header(section: LadderSection, width: int, *, grouping: int, age_ms: int | None, is_lost: bool) -> Line:
    quote = section.market.quote
    spread = format.price(quote.spread, section.instrument) if quote else "-"
    left = [
        Run(f" {section.mode.upper()} ", _MODE_INKS[section.mode]),
        Run(f" {format.sanitise(section.sub_name, 10)} ", Ink.BRIGHT),
        Run(f"{format.quantity(section.size, section.instrument)} ", Ink.OWN),
        Run(f"×{grouping} ", Ink.DIM),
        Run(f"spr {spread} ", Ink.DIM),
    ]
    right = _age(section, age_ms, is_lost=is_lost)
    room = width - len(right.text)
    while left and sum(len(run.text) for run in left) > room:
        left.pop()
    gap = room - sum(len(run.text) for run in left)
    return [*left, Run(" " * gap), right]


def _age(section: LadderSection, age_ms: int | None, *, is_lost: bool) -> Run:
    if age_ms is None:
        return Run("no quote", Ink.CAUTION)
    text = format.age(age_ms * MILLISECOND)
    if age_ms > QUOTE_AGE_MS_MAX:
        return Run(f" stale {text} ", Ink.CAUTION)
    if not section.market.book_synced:
        return Run(" resync ", Ink.CAUTION)
    if is_lost:
        return Run(" c: centre ", Ink.CAUTION)
    return Run(text, Ink.DIM)


def _headings(widths: _Widths) -> Line:
    own, size, price = widths
    text = "buy".rjust(own) + "bid".rjust(size) + "  " + "price".rjust(price) + "    " + "ask".rjust(size)
    return [Run(text, Ink.HEAD), Run(" sell".ljust(own) if own else "", Ink.HEAD)]


def _price_line(row: PriceRow, instrument: Instrument, widths: _Widths, size_max: Decimal) -> list[Run]:
    blank = Ink.CURSOR if row.is_cursor else Ink.TEXT
    price = format.fit_right(format.price(row.low, instrument), widths.price)
    line = [
        *_own_cell(row.buys, row.other_buys, instrument, widths.own, blank)[::-1],
        *_bid_cell(row, instrument, widths.size, size_max, blank),
        Run(">" if row.is_cursor else " ", blank),
        _last_glyph(row, blank),
        Run(price, Ink.CURSOR if row.is_cursor else _price_ink(row)),
        Run(" ", blank),
        *(Run(letter, _MARK_INKS[letter]) for letter in row.marks[-_MARKS_SHOWN:]),
        Run(" " * (_MARKS_SHOWN - len(row.marks)), blank),
        *_ask_cell(row, instrument, widths.size, size_max, blank),
    ]
    sells = _own_cell(row.sells, row.other_sells, instrument, widths.own, blank)
    if row.note and row.sells is None and widths.own:
        sells = [Run(f" {row.note}"[: widths.own].ljust(widths.own), Ink.CAUTION)]
    return [*line, *sells]


def _price_ink(row: PriceRow) -> Ink:
    if row.is_best_bid:
        return Ink.BID_TOUCH
    if row.is_best_ask:
        return Ink.ASK_TOUCH
    if row.last is not None:
        return Ink.BRIGHT
    return Ink.BID if row.bid else Ink.ASK if row.ask else Ink.FAINT


def _last_glyph(row: PriceRow, blank: Ink) -> Run:
    if row.last is None:
        return Run(" ", blank)
    glyph, ink = ("^", Ink.BID) if row.last is Side.BUY else ("v", Ink.ASK)
    return Run(glyph, blank if row.is_cursor else ink)


def _size_text(size: Decimal, instrument: Instrument, width: int) -> str:
    if not size:
        return " " * width
    text = format.quantity(size, instrument)
    return (text if len(text) < width else format.compact(size)).rjust(width)


def _bar(size: Decimal, size_max: Decimal, width: int) -> int:
    return max(1, int(size * width / size_max)) if size else 0


def _bid_cell(row: PriceRow, instrument: Instrument, width: int, size_max: Decimal, blank: Ink) -> list[Run]:
    text = _size_text(row.bid, instrument, width)
    cut = width - _bar(row.bid, size_max, width)
    bare = blank if row.is_cursor else Ink.BID
    return [Run(text[:cut], bare), Run(text[cut:], Ink.BID_TOUCH if row.is_best_bid else Ink.BID_BAR)]


def _ask_cell(row: PriceRow, instrument: Instrument, width: int, size_max: Decimal, blank: Ink) -> list[Run]:
    text = _size_text(row.ask, instrument, width)
    cut = _bar(row.ask, size_max, width)
    bare = blank if row.is_cursor else Ink.ASK
    return [Run(text[:cut], Ink.ASK_TOUCH if row.is_best_ask else Ink.ASK_BAR), Run(text[cut:], bare)]


def _own_cell(own: Own | None, other: Decimal, instrument: Instrument, width: int, blank: Ink) -> list[Run]:
    """Return the cell as it reads from the price outwards; buys turn it round."""
    if not width:
        return []
    if own is None:
        text = format.quantity(other, instrument) if other else ""
        text = text if len(text) < width else format.compact(other)[: width - 1] if other else ""
        ink = Ink.OTHER
    else:
        text = own_text(own, instrument, width - 1)
        ink = Ink.CURSOR if blank is Ink.CURSOR else Ink.WARN if own.pending == "?" else Ink.OWN
    return [Run(" ", blank), Run(text, ink), Run(" " * (width - 1 - len(text)), blank)]


def own_text(own: Own, instrument: Instrument, width: int) -> str:
    """Return our size and the queue ahead of it, as fully as the width allows; `#` when not even the size fits."""
    size = format.quantity(own.leaves, instrument)
    short = _short(own.leaves)
    many = f"{own.orders}×" if own.orders > 1 else ""
    forms = [f"{many}{size}{own.pending}", f"{many}{short}{own.pending}", f"{short}{own.pending}"]
    if own.queue_ahead is not None:
        ahead = format.compact(own.queue_ahead)
        forms = [
            f"{many}{size}{own.pending} q≈{ahead}",
            f"{many}{size}{own.pending}≈{ahead}",
            f"{short}{own.pending}≈{_short(own.queue_ahead)}",
            f"{short}{own.pending}≈{own.queue_ahead:.1f}",
            *forms,
        ]
    return next((text for text in forms if len(text) <= width), "#" * width)


def _short(size: Decimal) -> str:
    text = format.compact(size)
    return text.rstrip("0").rstrip(".") if "." in text and text[-1].isdigit() else text
