"""Which symbols are wanted in full, and why: for as long as somebody has a reason, and a little longer."""

from collections.abc import Iterable, Mapping
from typing import Final

from desk.model.following import Reason
from desk.model.units import SECOND, Nanos, Symbol

LINGER: Final = Nanos(30 * SECOND)
"""How long a symbol is followed after its last reason: a trader who looks away looks back."""


class Demand:
    """Counts the reasons a symbol; time comes with every call."""

    def __init__(self) -> None:
        self._reasons: dict[Symbol, set[Reason]] = {}
        self._released: dict[Symbol, Nanos] = {}

    def clear(self) -> None:
        """Forget every reason: nothing is followed."""
        self._reasons.clear()
        self._released.clear()

    def set(self, reason: Reason, symbols: Iterable[Symbol], now: Nanos) -> None:
        """State all the symbols that `reason` stands for now; the others have lost it."""
        wanted = dict.fromkeys(symbols)
        for symbol in sorted(wanted):
            self._reasons.setdefault(symbol, set()).add(reason)
            self._released.pop(symbol, None)
        for symbol, reasons in self._reasons.items():
            if symbol not in wanted and reason in reasons:
                reasons.discard(reason)
                if not reasons:
                    self._released[symbol] = now

    def followed(self, now: Nanos) -> Mapping[Symbol, frozenset[Reason]]:
        """Return the symbols to follow with their reasons; one without any lingers, and then is forgotten."""
        for symbol in [symbol for symbol, since in self._released.items() if now - since >= LINGER]:
            del self._released[symbol], self._reasons[symbol]
        return {symbol: frozenset(self._reasons[symbol]) for symbol in sorted(self._reasons)}

    def reasons(self, symbol: Symbol) -> frozenset[Reason]:
        """Return the reasons for which a symbol is followed."""
        return frozenset(self._reasons.get(symbol, ()))

    def release_at(self, symbol: Symbol) -> Nanos | None:
        """Return when a symbol stops lingering; None: it does not linger."""
        since = self._released.get(symbol)
        return None if since is None else Nanos(since + LINGER)
