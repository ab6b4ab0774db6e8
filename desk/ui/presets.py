"""What the forms remember: the last words of each form and symbol, and presets by name."""

from typing import Final, Protocol

import msgspec
from msgspec import Struct, field

from desk.model.units import Symbol
from desk.ui.forms import Form, Values
from desk.ui.lexing import is_bps

NAMES_MAX: Final = 50
"""Presets of one form."""
NAME_LENGTH_MAX: Final = 24
_PRICES: Final = frozenset({"price", "from", "to", "limit", "cap", "tp", "sl"})
"""Fields that may hold a price: yesterday's is a trap, a distance is not."""
_FRESH: Final = frozenset({"side", "reduce-only"})
"""Fields that begin as they always do: what they say turns an order round."""


class Store(Protocol):
    """Where the document is kept."""

    def load(self) -> bytes:
        """Return what was kept; empty for nothing."""

    def save(self, document: bytes) -> None:
        """Replace what was kept."""


class _Kept(Struct):
    last: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """By form and symbol."""
    named: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """By form and name."""


class Presets:
    """The memory of the forms; without a store it ends with the screen."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._kept = _decoded(store.load()) if store is not None else _Kept()

    def start(self, form: Form, symbol: Symbol, values: Values) -> dict[str, str]:
        """Return `values` with what was last sent in their place: all but prices and what turns an order round."""
        last = self._kept.last.get(form.title, {}).get(symbol, {})
        return _fitting(form, values, {name: text for name, text in last.items() if name not in _FRESH})

    def sent(self, form: Form, symbol: Symbol, values: Values) -> None:
        """Remember what was sent."""
        self._kept.last.setdefault(form.title, {})[symbol] = _lasting(values)
        self._save()

    def names(self, form: Form) -> tuple[str, ...]:
        """Return the names of a form's presets, in the order they were made."""
        return tuple(self._kept.named.get(form.title, {}))

    def take(self, form: Form, name: str, values: Values) -> dict[str, str]:
        """Return `values` with those of a preset in their place."""
        return _fitting(form, values, self._kept.named.get(form.title, {}).get(name, {}))

    def keep(self, form: Form, name: str, values: Values) -> str:
        """Keep a preset under a name; return what is wrong with that, or nothing."""
        name = name.strip()
        if not name or len(name) > NAME_LENGTH_MAX:
            return f"preset: expected a name of 1 to {NAME_LENGTH_MAX} letters, found `{name}`"
        named = self._kept.named.setdefault(form.title, {})
        if name not in named and len(named) >= NAMES_MAX:
            return f"preset: expected at most {NAMES_MAX} of a form, found {len(named)}"
        named[name] = _lasting(values)
        self._save()
        return ""

    def drop(self, form: Form, name: str) -> bool:
        """Forget a preset; False where there is none of that name."""
        found = self._kept.named.get(form.title, {}).pop(name.strip(), None) is not None
        if found:
            self._save()
        return found

    def _save(self) -> None:
        if self._store is not None:
            self._store.save(msgspec.json.format(msgspec.json.encode(self._kept), indent=2))


def _lasting(values: Values) -> dict[str, str]:
    return {name: text for name, text in values.items() if name not in _PRICES or not text.strip() or is_bps(text)}


def _fitting(form: Form, values: Values, kept: Values) -> dict[str, str]:
    """Put kept words into the fields that still take them."""
    made = dict(values)
    for each in form.fields:
        text = kept.get(each.name)
        if text is not None and (not each.choices or text in each.choices):
            made[each.name] = text
    return made


def _decoded(document: bytes) -> _Kept:
    if not document:
        return _Kept()
    try:
        return msgspec.json.decode(document, type=_Kept)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Kept()  # written by hand, or by another version: nothing that trades depends on it
