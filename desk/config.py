"""Settings from defaults, a TOML file, the environment and the command line, in that order; the last one wins."""

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec
import platformdirs
from msgspec import Struct, field

from desk.model.error import BadInput
from desk.model.event import SubAccount
from desk.model.limits import Limits, edited
from desk.model.units import ZERO, SubId, Symbol

KeyMode = Literal["safe", "confirm", "armed"]
OnQuit = Literal["keep", "cancel", "flatten"]
OnDetach = Literal["keep", "pause", "cancel", "flatten"]

_PRESETS: Final = {
    "BTC": "0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.25 0.5",
    "ETH": "0.01 0.02 0.05 0.1 0.2 0.5 1 2.5 5",
    "SOL": "1 2 5 10 20 50 100 250 500",
}


_ANY_LIMITS: Final = Limits(order_value_max=Decimal(5), market_slip_bps=Decimal(1))
"""Bounds are the same whatever the other limits are."""
_RISK: Final = {
    name: str(getattr(_ANY_LIMITS, name))
    for name in Limits.__struct_fields__
    if name not in {"order_value_max", "market_slip_bps", "mark_age_ms_max", "leverage"}
}


def _presets() -> dict[str, tuple[Decimal, ...]]:
    return {base: tuple(Decimal(size) for size in sizes.split()) for base, sizes in _PRESETS.items()}


class Settings(Struct, frozen=True, kw_only=True):
    """Everything a person may set; `describe` has the words for it. Money is in quote currency."""

    sub_accounts: tuple[SubAccount, ...] = (
        SubAccount(SubId("1"), "main", Decimal(50_000)),
        SubAccount(SubId("2"), "swing", Decimal(25_000)),
        SubAccount(SubId("3"), "scalp", Decimal(25_000)),
    )
    symbols: tuple[Symbol, ...] = (Symbol("BTCUSDT"), Symbol("ETHUSDT"), Symbol("SOLUSDT"))
    leverage: int = 10
    order_value_max: Decimal = Decimal(250_000)
    market_slip_bps: Decimal = Decimal(50)
    mark_age_ms_max: int = 3_000
    seed: int = 7
    latency_ms_median: int = 4
    key_mode: KeyMode = "confirm"
    confirm_above: Decimal | None = Decimal(25_000)
    """None: the size of an order is no reason to ask."""
    sizes: Mapping[str, tuple[Decimal, ...]] = field(default_factory=_presets)
    """By base currency."""
    on_detach: OnDetach = "keep"
    """What the engine does when its terminal goes away."""
    on_quit: OnQuit = "keep"
    """What becomes of what is open when the desk is left."""
    risk: Mapping[str, str] = field(default_factory=lambda: dict(_RISK))
    """The other limits, by name."""
    data_dir: Path = field(default_factory=lambda: platformdirs.user_data_path("desk"))

    @property
    def limits(self) -> Limits:
        """What the gate holds every order to."""
        made = Limits(
            order_value_max=self.order_value_max,
            market_slip_bps=self.market_slip_bps,
            mark_age_ms_max=self.mark_age_ms_max,
            leverage=self.leverage,
        )
        for name, value in self.risk.items():
            made = edited(made, name, value)
        return made


def config_path() -> Path:
    """Return where the settings are looked for when no file is named."""
    return platformdirs.user_config_path("desk") / "desk.toml"


def load_settings(path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, object]) -> Settings:
    """Return the settings; raise BadInput with one sentence for what cannot be used.

    `path` None: the file at `config_path`, which may be missing. `overrides` come from the command line by key; None
    where an option was not given. They and the environment's `DESK_<KEY>` may be plain text.
    """
    changes: dict[str, object] = {}
    source = path or config_path()
    for key, raw in _read_file(source, may_be_missing=path is None).items():
        _check_known(f"{source}: {key}", key, _KEYS)
        changes[key] = _read(f"{source}: {key}", key, raw)
    # Other programs may have variables that begin like ours: what we do not know, we do not read.
    for key, each in _KEYS.items():
        name = f"DESK_{key.upper()}"
        if each.from_text is not None and name in environ:
            changes[key] = _read(f"environment: {name}", key, each.from_text(environ[name]))
    for key, raw in overrides.items():
        if raw is not None:
            _check_known(f"command line: {key}", key, _KEYS)
            text = _KEYS[key].from_text
            changes[key] = _read(f"command line: {key}", key, text(raw) if text and isinstance(raw, str) else raw)
    return msgspec.structs.replace(Settings(), **changes)


def describe() -> str:
    """Return the default settings as a commented TOML file."""
    return _TEMPLATE


def _read_file(path: Path, *, may_be_missing: bool) -> dict[str, object]:
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        if may_be_missing and isinstance(error, FileNotFoundError):
            return {}
        raise BadInput(f"{path}: expected a readable file, found: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}: line {line}: expected UTF-8, found byte {error.object[error.start]:#04x}") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path}: {_place_first(str(error), text)}") from error


def _place_first(complaint: str, text: str) -> str:
    """Turn tomllib's `Invalid value (at line 3, column 5)` into `line 3, column 5: invalid value`."""
    what, _, where = complaint.removesuffix(")").rpartition(" (at ")
    where = where.replace("end of document", f"line {text.count(chr(10)) + 1}, at the end")
    return f"{where}: {what[:1].lower()}{what[1:]}"


def _check_known(where: str, key: str, known: Collection[str]) -> None:
    if key in known:
        return
    near = difflib.get_close_matches(key, known, 1, 0.5)
    hint = f"did you mean `{near[0]}`" if near else f"there are {', '.join(known)}"
    raise BadInput(f"{where}: expected a known key, found `{key}`: {hint}")


def _read(where: str, key: str, raw: object) -> object:
    try:
        return _KEYS[key].read(raw)
    except _Wrong as wrong:
        raise BadInput(f"{where}{wrong}") from None


class _Wrong(Exception):
    """A value that cannot be used, as the end of the sentence that names its place."""

    def __init__(self, expected: str, raw: object, inside: str = "") -> None:
        super().__init__(f"{inside}: expected {expected}, found {_shown(raw)}")


def _shown(raw: object) -> str:
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, str):
        return f'"{raw}"'
    if isinstance(raw, Mapping):
        return "a table"
    return f"a list of {len(raw)}" if isinstance(raw, list) else str(raw)


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            raise _Wrong(f"a whole number from {low} to {high}", raw)
        return raw

    return read


def _amount(raw: object, inside: str = "") -> Decimal:
    """Return a finite amount above zero."""
    if isinstance(raw, float):
        raise _Wrong(f'an exact amount: write it as a string, "{raw}"', raw, inside)
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        raise _Wrong("an amount", raw, inside)
    try:
        amount = Decimal(raw)
    except InvalidOperation:
        raise _Wrong("an amount", raw, inside) from None
    if not amount.is_finite() or amount <= ZERO:
        raise _Wrong("an amount above 0", raw, inside)
    return amount


def _amount_or_none(raw: object) -> Decimal | None:
    return None if raw == "none" else _amount(raw)


def _one_of(choices: tuple[str, ...]) -> Callable[[object], str]:
    def read(raw: object) -> str:
        if raw not in choices:
            raise _Wrong(f"one of {', '.join(choices)}", raw)
        return str(raw)

    return read


def _path(raw: object) -> Path:
    if not isinstance(raw, str | Path) or not str(raw):
        raise _Wrong("a path", raw)
    return Path(raw).expanduser()


def _symbols(raw: object) -> tuple[Symbol, ...]:
    if not isinstance(raw, list | tuple) or not raw:
        raise _Wrong("a list of symbols", raw)
    for each in raw:
        if not isinstance(each, str) or not re.fullmatch(r"[A-Z0-9]+", each):
            raise _Wrong("a symbol in capitals", each)
    if len(set(raw)) < len(raw):
        raise _Wrong("each symbol once", ", ".join(raw))
    return tuple(Symbol(each) for each in raw)


def _risk(raw: object) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise _Wrong("a table of limits", raw)
    for name, value in raw.items():
        if isinstance(value, bool | float):
            raise _Wrong(f'a whole number or a string, "{value}"', value, f".{name}")
        try:
            edited(_ANY_LIMITS, name, str(value))
        except BadInput as bad:
            expected = str(bad).partition("expected ")[2].partition(", found")[0]
            raise _Wrong(expected, value, f".{name}") from None
    return _RISK | {name: str(value) for name, value in raw.items()}


def _sizes(raw: object) -> dict[str, tuple[Decimal, ...]]:
    if not isinstance(raw, Mapping):
        raise _Wrong("a table of lists, by base currency", raw)
    for base, sizes in raw.items():
        if not isinstance(sizes, list) or not 1 <= len(sizes) <= 9:
            raise _Wrong("a list of 1 to 9 sizes, for the keys 1 to 9", sizes, f".{base}")
    # What a file does not name keeps its default: a table is merged, not replaced.
    return _presets() | {base: tuple(_amount(size, f".{base}") for size in sizes) for base, sizes in raw.items()}


def _sub_accounts(raw: object) -> tuple[SubAccount, ...]:
    if not isinstance(raw, list) or not raw:
        raise _Wrong("at least one [[sub_accounts]] table", raw)
    accounts = tuple(_sub_account(each, f"[{place}]") for place, each in enumerate(raw, 1))
    for name, values in (("id", [each.id for each in accounts]), ("name", [each.name for each in accounts])):
        if len(set(values)) < len(values):
            raise _Wrong(f"each {name} once", ", ".join(values))
    return accounts


def _sub_account(raw: object, inside: str) -> SubAccount:
    known = SubAccount.__struct_fields__
    if not isinstance(raw, Mapping) or set(raw) != set(known):
        found = ", ".join(raw) if isinstance(raw, Mapping) else raw
        raise _Wrong(f"a table with exactly {', '.join(known)}", found, inside)
    # The id stands in every client order id, in four places filled up with zeros.
    if not isinstance(raw["id"], str) or not re.fullmatch(r"[1-9A-Z][0-9A-Z]{0,3}", raw["id"]):
        raise _Wrong("a string of 1 to 4 capitals or digits that does not begin with 0", raw["id"], f"{inside}.id")
    if not isinstance(raw["name"], str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,12}", raw["name"]):
        raise _Wrong("a string of 1 to 12 letters, digits, - or _", raw["name"], f"{inside}.name")
    return SubAccount(SubId(raw["id"]), raw["name"], _amount(raw["wallet"], f"{inside}.wallet"))


def _number_in(text: str) -> int | str:
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text.strip()) else text


def _words_in(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


class _Key(Struct, frozen=True):
    read: Callable[[object], object]
    from_text: Callable[[str], object] | None = str
    """What the environment's text stands for; None: too large a thing for one line of text."""


_KEYS: Final = {
    "sub_accounts": _Key(_sub_accounts, None),
    "symbols": _Key(_symbols, _words_in),
    "leverage": _Key(_whole(1, 125), _number_in),
    "order_value_max": _Key(_amount),
    "market_slip_bps": _Key(_amount),
    "mark_age_ms_max": _Key(_whole(100, 600_000), _number_in),
    "seed": _Key(_whole(0, 2**63 - 1), _number_in),
    "latency_ms_median": _Key(_whole(1, 60), _number_in),
    "key_mode": _Key(_one_of(get_args(KeyMode))),
    "confirm_above": _Key(_amount_or_none),
    "risk": _Key(_risk, None),
    "sizes": _Key(_sizes, None),
    "on_detach": _Key(_one_of(get_args(OnDetach))),
    "on_quit": _Key(_one_of(get_args(OnQuit))),
    "data_dir": _Key(_path),
}

_TEMPLATE: Final = """\
# Settings of the desk. A line you leave out keeps the value shown here.
# Amounts are whole numbers or strings ("0.05"), never 0.05: that would not be exact.
# DESK_<KEY> in the environment, e.g. DESK_SEED=8, wins over this file; an option on the command line wins over both.

# The practice exchange opens with these instruments; the first one is shown first.
symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
# Initial margin is notional / leverage.
leverage = 10
# The same seed is the same market.
seed = 7
# How long an order takes to reach the venue, in milliseconds; half of them take longer.
latency_ms_median = 4

# The largest notional of one order.
order_value_max = 250000
# How far beyond the best price a market order may pay, in hundredths of a percent.
market_slip_bps = 50
# An older mark price may not price new risk.
mark_age_ms_max = 3000

# What the trading keys do at the start: safe (refuse), confirm (ask first) or armed (act).
key_mode = "confirm"
# Above this notional an order is confirmed even when armed; "none" to never ask.
confirm_above = 25000
# What the engine does when its terminal goes away: keep (go on), pause (park the algos), cancel or flatten.
on_detach = "keep"
# What becomes of what is open when the desk is left: keep (it is there at the next start), cancel (orders), or
# flatten (orders cancelled, positions closed). A second signal ends the process at once.
on_quit = "keep"

# Where the journal is kept; left out, it is your data directory.
# data_dir = "~/desk-data"

# The limits that the desk holds itself to; `limit NAME VALUE` moves each of them, and those above, while it runs.
[risk]
# The largest position of one sub-account in one symbol, and of all sub-accounts together, everything working filled.
position_value_max = 2000000
exposure_max = 5000000
# Orders and amendments of one run in a minute; one more parks it.
repeats_max = 300
# The same order by hand, sooner than this, is a slip of the hand; 0 to allow it.
duplicate_ms = 500
# Losses that lock a sub-account: since midnight UTC, and from its highest equity; 0 for no lock.
daily_loss_max = 0
drawdown_max = 0
# Seconds without a sign of life after which the venue cancels our orders; 0 for never.
dead_man_s = 60
# Auto-deleverage: target (by ratio or distance, as much as needed), classic (30 %, 50 %, everything) or off.
adl = "target"
# A leg that another sub-account offsets: venue (close it there), cross_house, or both_legs (close both inside the desk).
netting = "venue"

# What the keys 1 to 9 order, by base currency.
[sizes]
BTC = ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.25", "0.5"]
ETH = ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", 1, "2.5", 5]
SOL = [1, 2, 5, 10, 20, 50, 100, 250, 500]

# Virtual sub-accounts: an id, a name, and the cash each starts with.
[[sub_accounts]]
id = "1"
name = "main"
wallet = 50000

[[sub_accounts]]
id = "2"
name = "swing"
wallet = 25000

[[sub_accounts]]
id = "3"
name = "scalp"
wallet = 25000
"""
