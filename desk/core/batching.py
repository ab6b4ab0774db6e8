"""One request for several: places in fives, cancels in tens, where the venue's meters say that it pays.

A batch is no unit. The venue works its elements off side by side and answers each; one whose fate is not known is
resolved by itself, and the batch is never sent again. So fives pay only where the orders of a minute are what is scarce:
a batch costs five of the ten seconds' orders like five singles, one of the minute's, and five of the weight that a
single does not cost. Ten cancels cost the weight of one, always.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from desk.core.limiter import Limiter
from desk.model.effect import Batch, SendCancel, SendOrder, VenueEffect, VenueRequest
from desk.model.units import Nanos, Symbol

PLACES_MAX: Final = 5
CANCELS_MAX: Final = 10


def bundled(requests: Sequence[VenueEffect], limiter: Limiter, now: Nanos) -> list[VenueRequest]:
    """Return what is to be sent: neighbours of a kind in batches where that pays, everything in its order."""
    out: list[VenueRequest] = []
    for (kind, _), group in groupby(requests, _kind):
        same = list(group)
        if kind is SendCancel:
            out += _cancels(same, limiter, now)
        elif kind is SendOrder:
            out += _places(same, limiter, now)
        else:
            out += same
    return out


def _kind(request: VenueEffect) -> tuple[type, Symbol | None]:
    """The venue cancels of one symbol in a batch; places may be of several."""
    return type(request), request.symbol if isinstance(request, SendCancel) else None


def _places(orders: Sequence[VenueEffect], limiter: Limiter, now: Nanos) -> Iterator[VenueRequest]:
    rest = list(orders)
    while len(rest) >= PLACES_MAX and limiter.pays_to_batch(now):
        limiter.note_batch(PLACES_MAX, now)
        yield Batch(now, tuple(rest[:PLACES_MAX]))
        rest = rest[PLACES_MAX:]
    yield from rest


def _cancels(cancels: Sequence[VenueEffect], limiter: Limiter, now: Nanos) -> Iterator[VenueRequest]:
    for first in range(0, len(cancels), CANCELS_MAX):
        part = cancels[first : first + CANCELS_MAX]
        if len(part) == 1:
            yield part[0]
            continue
        limiter.note_weight(1 - len(part), now)  # each has been counted as it was decided
        yield Batch(now, tuple(part))
