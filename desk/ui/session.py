"""The trader's seat: the desk in front of it, what is chosen, and how ready the keys are."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Protocol

from msgspec import Struct, structs

from desk.model.command import Command, PlaceOrder, StartChase, StartRun
from desk.model.units import SubId, Symbol
from desk.model.view import DeskView
from desk.ui.arming import KeyMode, Origin, Risk, Verdict, judge, risk_of
from desk.ui.presets import Presets
from desk.ui.preview import notional_of
from desk.ui.resolve import Context, traded_subs

ClockMs = Callable[[], int]
"""Milliseconds of a clock that never goes back; the screen's own, not the desk's."""


LOOK_EVERY_MS: Final = 5_000


Sizes = Mapping[str, tuple[Decimal, ...]]
"""Size presets in base currency, by base."""


class Desk(Protocol):
    """All the screen ever sees of the machine."""

    def latest(self) -> DeskView:
        """Return the newest view."""

    def submit(self, command: Command) -> None:
        """Hand over a command."""

    def consider(self, command: Command | None) -> None:
        """Ask what a command that is being written would lead to; the answer is in a later view."""

    def look_at(self, symbol: Symbol) -> None:
        """Say which symbol is looked at: its depth and its trades are followed while it is."""


class Chosen(Struct, frozen=True, kw_only=True):
    """What the trader has chosen to look at and to act with."""

    sub: SubId
    symbol: Symbol
    key_mode: KeyMode
    size: Decimal
    """The size preset, in base currency."""
    is_ratio_charted: bool = False
    """The sub-account's chart shows its margin ratio, not its equity."""


class Session:
    """Keeps what is chosen and judges what may be sent."""

    def __init__(
        self,
        desk: Desk,
        chosen: Chosen,
        sizes: Sizes | None = None,
        *,
        confirm_above: Decimal | None = None,
    ) -> None:
        self._desk = desk
        self.chosen = chosen
        self._sizes = sizes or {}
        self._preset = 0
        self.memory = Presets()
        """What the forms remember."""
        self._confirm_above = confirm_above
        self.is_watching = False
        """The desk belongs to another screen: nothing may be sent from here."""
        self._considered: Command | None = None
        self._said: tuple[Symbol | None, int] = (None, 0)
        """What has last been said to be looked at, and when."""

    @property
    def view(self) -> DeskView:
        """The newest view."""
        return self._desk.latest()

    @property
    def context(self) -> Context:
        """What words and forms are read against, now."""
        return Context(self.view, self.chosen.sub, self.chosen.symbol)

    @property
    def presets(self) -> tuple[Decimal, ...]:
        """The sizes to choose from in the chosen symbol."""
        instrument = self.view.instrument(self.chosen.symbol)
        return self._sizes.get(instrument.base, ()) if instrument is not None else ()

    def judge(self, command: Command, origin: Origin) -> Verdict:
        """Return what the key mode says to `command`."""
        risk = risk_of(command)
        notional = notional_of(command, self.view) if risk is Risk.OPENS else None
        is_large = notional is not None and self._confirm_above is not None and notional > self._confirm_above
        return judge(risk, self.chosen.key_mode, origin, is_large=is_large)

    def submit(self, command: Command) -> None:
        """Hand a command to the desk."""
        self._desk.submit(command)

    def consider(self, command: Command | None) -> None:
        """Ask what a command that is being written would lead to, once."""
        if command == self._considered:
            return
        self._considered = command
        self._desk.consider(command)
        symbol = _symbol_of(command)
        if symbol is not None and symbol != self.chosen.symbol:
            self._desk.look_at(symbol)  # its depth is asked about too, before it is traded

    def say_look(self, now_ms: int) -> None:
        """Say what is looked at: at once where that is new, else every few seconds, so that a screen that is gone falls silent."""
        symbol, said_ms = self._said
        if symbol != self.chosen.symbol or now_ms - said_ms >= LOOK_EVERY_MS:
            self._said = self.chosen.symbol, now_ms
            self._desk.look_at(self.chosen.symbol)

    def choose_sub(self, sub: SubId) -> None:
        """Act for another sub-account."""
        self.chosen = structs.replace(self.chosen, sub=sub)

    def choose_symbol(self, symbol: Symbol) -> None:
        """Look at another symbol, with the same preset of its own sizes."""
        self.chosen = structs.replace(self.chosen, symbol=symbol)
        if self.presets:
            self.choose_size(min(self._preset, len(self.presets) - 1))

    def choose_mode(self, mode: KeyMode) -> None:
        """Make the keys more or less ready."""
        self.chosen = structs.replace(self.chosen, key_mode=mode)

    def choose_size(self, index: int) -> bool:
        """Take a size preset, counted from 0; tell whether there is one."""
        if index >= len(self.presets):
            return False
        self._preset = index
        self.chosen = structs.replace(self.chosen, size=self.presets[index])
        return True

    def next_chart(self) -> None:
        """Chart the other of equity and margin ratio."""
        self.chosen = structs.replace(self.chosen, is_ratio_charted=not self.chosen.is_ratio_charted)

    def next_sub(self, step: int) -> None:
        """Act for the sub-account `step` places on."""
        ids = [account.id for account in traded_subs(self.view)]
        if ids:
            here = ids.index(self.chosen.sub) if self.chosen.sub in ids else -step
            self.choose_sub(ids[(here + step) % len(ids)])

    def next_symbol(self) -> None:
        """Look at the next symbol."""
        symbols = [each.symbol for each in self.view.instruments]
        if symbols:
            here = symbols.index(self.chosen.symbol) if self.chosen.symbol in symbols else -1
            self.choose_symbol(symbols[(here + 1) % len(symbols)])


def _symbol_of(command: Command | None) -> Symbol | None:
    match command:
        case PlaceOrder(symbol=symbol):
            return symbol
        case StartChase(spec=spec) | StartRun(spec=spec):
            return spec.symbol
        case _:
            return None


class Heartbeat:
    """Tells how long the engine has published nothing, by the screen's own clock."""

    def __init__(self) -> None:
        self._seq: int | None = None
        self._since_ms = 0

    def silent_ms(self, seq: int, now_ms: int) -> int:
        """Take note of the view's `seq` and return how long it has stood still."""
        if seq != self._seq:
            self._seq, self._since_ms = seq, now_ms
        return now_ms - self._since_ms
