"""What of the market is followed, and why: one row a symbol, one a connection."""

from enum import StrEnum

from msgspec import Struct

from desk.model.price import Via
from desk.model.units import Nanos, Symbol


class Reason(StrEnum):
    """Why the depth and the trades of a symbol are followed; on the watchlist it has touch and mark alone."""

    POSITION = "position"
    ORDER = "order"
    ALGO = "algo"
    ALERT = "alert"
    """Something about it is wrong: a quantity does not add up, or an account in it is in danger."""
    FOCUS = "focus"
    """A screen looks at it."""
    WATCHLIST = "watchlist"


class StreamRow(Struct, frozen=True, kw_only=True):
    """What is followed of one symbol, and when each stream has last spoken; None: not yet, or it is not followed."""

    symbol: Symbol
    reasons: tuple[Reason, ...]
    release_at: Nanos | None
    """When depth and trades are let go of, for want of a reason; None: not in sight."""
    is_followed: bool
    """Depth and trades too."""
    is_synced: bool
    touch_ts: Nanos | None
    touch_via: Via
    mark_ts: Nanos | None
    mark_via: Via
    depth_ts: Nanos | None
    trade_ts: Nanos | None


class LineRow(Struct, frozen=True, kw_only=True):
    """One connection to a venue outside."""

    name: str
    is_up: bool
    since: Nanos
    """When it came or went; 0: it has not come yet."""
    streams: int
    """Carried on it."""
    connections: int
    """How often it has been opened."""
    mangled: int
    """Frames that could not be read."""
    resubscribed: int
    """Streams that had gone silent and were asked for again."""
