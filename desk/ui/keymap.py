"""Every key of the desk: what it is called, which keys it has, and what it does.

The bindings, the line of keys at the bottom and the help are all made from this table.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct
from textual.binding import Binding, BindingType


class Group(StrEnum):
    """The parts of the help."""

    PANIC = "the way out: from anywhere, also while typing"
    ORDERS = "orders"
    LADDER = "ladder"
    CHOICE = "what is traded"
    BLOTTER = "blotter"
    DESK = "desk"


class KeyAction(Struct, frozen=True, kw_only=True):
    """One named action. `id` with underscores is the name of the method, its argument behind a colon."""

    id: str
    keys: tuple[str, ...]
    text: str
    group: Group
    hint: str = ""
    """What the bottom line calls it; empty: it is in the help only."""

    @property
    def call(self) -> str:
        """The action as Textual names it, e.g. `size(3)`."""
        name, _, argument = self.id.partition(":")
        return f"{name.replace('-', '_')}({argument!r})" if argument else name.replace("-", "_")


ACTIONS: Final = (
    KeyAction(id="panic:cancel", keys=("f8",), text="cancel every order of this sub-account", group=Group.PANIC, hint="cancel all"),
    KeyAction(id="panic:flatten", keys=("f9",), text="flatten this symbol of this sub-account", group=Group.PANIC, hint="flatten"),
    KeyAction(id="panic:flatten-everything", keys=("f10",), text="cancel and flatten EVERY sub-account and symbol", group=Group.PANIC),
    KeyAction(id="panic:kill", keys=("f12",), text="HOLD to kill: every order cancelled, none created until revived", group=Group.PANIC),
    KeyAction(id="panic:leave", keys=("ctrl+q",), text="leave the desk", group=Group.PANIC),
    KeyAction(id="order:buy", keys=("b",), text="buy the size at the cursor's price", group=Group.ORDERS, hint="buy"),
    KeyAction(id="order:sell", keys=("s",), text="sell the size at the cursor's price", group=Group.ORDERS, hint="sell"),
    KeyAction(id="order:lift", keys=("B",), text="buy the size at the market", group=Group.ORDERS),
    KeyAction(id="order:hit", keys=("S",), text="sell the size at the market", group=Group.ORDERS),
    KeyAction(id="cancel:level", keys=("x",), text="cancel this sub-account's orders in the cursor's row", group=Group.ORDERS, hint="cancel row"),
    KeyAction(id="cancel:last", keys=("z",), text="cancel this sub-account's newest order", group=Group.ORDERS),
    KeyAction(id="open:order", keys=("o",), text="write an order", group=Group.ORDERS, hint="order"),
    KeyAction(id="open:chase", keys=("h",), text="write a chase", group=Group.ORDERS, hint="chase"),
    KeyAction(id="open:twap", keys=("n",), text="write a TWAP: equal slices over a time", group=Group.ORDERS),
    KeyAction(id="open:scale", keys=("l",), text="write a scale: a total at several prices", group=Group.ORDERS),
    KeyAction(id="open:scalper", keys=("m",), text="write a scalper: layers on both sides", group=Group.ORDERS),
    KeyAction(id="blotter:layers", keys=("f6",), text="layers of the scalpers", group=Group.BLOTTER),
    KeyAction(id="blotter:cards", keys=("f7",), text="execution cards of the runs that are over", group=Group.BLOTTER),
    KeyAction(id="choose:key-mode", keys=("a",), text="next key mode: safe, confirm, armed", group=Group.ORDERS, hint="mode"),
    KeyAction(id="ladder:up", keys=("up", "k"), text="cursor up", group=Group.LADDER),
    KeyAction(id="ladder:down", keys=("down", "j"), text="cursor down", group=Group.LADDER),
    KeyAction(id="ladder:page-up", keys=("pageup",), text="cursor ten rows up", group=Group.LADDER),
    KeyAction(id="ladder:page-down", keys=("pagedown",), text="cursor ten rows down", group=Group.LADDER),
    KeyAction(id="ladder:centre", keys=("c",), text="bring the touch to the middle", group=Group.LADDER, hint="centre"),
    KeyAction(id="ladder:coarser", keys=("plus", "equals_sign"), text="coarser price grouping", group=Group.LADDER),
    KeyAction(id="ladder:finer", keys=("minus",), text="finer price grouping", group=Group.LADDER),
    *(
        KeyAction(id=f"size:{digit}", keys=(str(digit),), text=f"size preset {digit}", group=Group.CHOICE)
        for digit in range(1, 10)
    ),
    KeyAction(id="choose:sub-next", keys=("full_stop",), text="next sub-account", group=Group.CHOICE, hint="sub"),
    KeyAction(id="choose:sub-previous", keys=("comma",), text="previous sub-account", group=Group.CHOICE),
    KeyAction(id="choose:symbol-next", keys=("slash",), text="next symbol", group=Group.CHOICE, hint="symbol"),
    KeyAction(id="choose:chart", keys=("g",), text="chart of the sub-account: equity or margin ratio", group=Group.CHOICE),
    KeyAction(id="blotter:positions", keys=("f2",), text="positions", group=Group.BLOTTER),
    KeyAction(id="blotter:orders", keys=("f3",), text="orders", group=Group.BLOTTER),
    KeyAction(id="blotter:algos", keys=("f4",), text="algos", group=Group.BLOTTER),
    KeyAction(id="blotter:fills", keys=("f5",), text="fills", group=Group.BLOTTER),
    KeyAction(id="blotter:up", keys=("shift+up", "K"), text="row up", group=Group.BLOTTER),
    KeyAction(id="blotter:down", keys=("shift+down", "J"), text="row down", group=Group.BLOTTER),
    KeyAction(id="blotter:end", keys=("d", "delete"), text="end the row: cancel the order, stop the run, flatten the position", group=Group.BLOTTER, hint="end row"),
    KeyAction(id="run:pause", keys=("p",), text="pause the row's run", group=Group.BLOTTER),
    KeyAction(id="run:resume", keys=("r",), text="resume the row's run", group=Group.BLOTTER),
    KeyAction(id="run:resume-all", keys=("R",), text="resume every parked run", group=Group.BLOTTER),
    KeyAction(id="run:edit", keys=("e",), text="edit the row's run: the line opens with its name", group=Group.BLOTTER),
    KeyAction(id="run:stop", keys=("t",), text="stop the row's run", group=Group.BLOTTER),
    KeyAction(id="open:mending", keys=("w",), text="deal with a symbol that does not add up", group=Group.DESK),
    KeyAction(id="open:command", keys=("colon",), text="type a command; Tab completes, up and down recall", group=Group.DESK, hint="command"),
    KeyAction(id="open:help", keys=("f1", "question_mark"), text="keys and verbs", group=Group.DESK, hint="help"),
    KeyAction(id="open:exit", keys=("q",), text="leave the desk", group=Group.DESK),
)  # fmt: skip

_SHOWN_KEYS: Final = {
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "full_stop": ".",
    "comma": ",",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "up": "↑",
    "down": "↓",
    "shift+up": "shift+↑",
    "shift+down": "shift+↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
}


# A narrow terminal cuts the line off: what leads out, and what leads to the rest, comes first.
_HINT_ORDER: Final = (Group.PANIC, Group.DESK, Group.ORDERS, Group.BLOTTER, Group.CHOICE, Group.LADDER)


def shown_key(key: str) -> str:
    """Return a key as it stands on the keyboard."""
    if key in _SHOWN_KEYS:
        return _SHOWN_KEYS[key]
    return key.upper() if len(key) > 1 and key[0] == "f" and key[1:].isdigit() else key


def panic_bindings() -> list[BindingType]:
    """Return the bindings that work from any focus and over any dialog; no letter can, an input eats it."""
    return [_binding(action, priority=True) for action in ACTIONS if action.group is Group.PANIC]


def trade_bindings() -> list[BindingType]:
    """Return the bindings of the trading screen."""
    return [_binding(action, priority=False) for action in ACTIONS if action.group is not Group.PANIC]


def hints() -> list[tuple[str, str]]:
    """Return the keys of the bottom line, each with what it does."""
    shown = sorted((action for action in ACTIONS if action.hint), key=lambda action: _HINT_ORDER.index(action.group))
    return [(shown_key(action.keys[0]), action.hint) for action in shown]


def help_rows(group: Group) -> Iterable[tuple[str, str]]:
    """Return the keys of a part of the help, each with what it does; the size presets are one row."""
    for action in ACTIONS:
        if action.group is not group or (action.id.startswith("size:") and action.id != "size:1"):
            continue
        keys = " ".join(shown_key(key) for key in action.keys)
        yield ("1 … 9", "size preset") if action.id == "size:1" else (keys, action.text)


def _binding(action: KeyAction, *, priority: bool) -> Binding:
    return Binding(
        ",".join(action.keys), action.call, action.text, show=bool(action.hint), priority=priority, id=action.id
    )
