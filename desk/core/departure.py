"""The last look at a request before it leaves: one that is not durable, or was decided too long ago, stays here."""

from typing import Final

from desk.model.effect import SendAmend, SendGuard, SendOrder, VenueEffect
from desk.model.event import AmendRejected, GuardReported, OrderRejected
from desk.model.guard import GuardState
from desk.model.units import MILLISECOND, Nanos

LATE: Final = Nanos(500 * MILLISECOND)
"""After a stall the engine works through what has waited, deciding at the time of each event: the market it decided on
is gone, so an order of more than this age would be a guess."""


def held_back(
    effect: VenueEffect, now: Nanos, journal_failure: str
) -> OrderRejected | AmendRejected | GuardReported | None:
    """Return the answer for a request that must not leave, or None for one that may.

    Cancels and closing orders always may: the way out needs neither a journal nor a fresh price.
    """
    if isinstance(effect, SendOrder):
        reason = "" if effect.spec.closing else _reason(effect.ts, now, journal_failure)
        return OrderRejected(now, effect.spec.id, 0, reason, now) if reason else None
    if isinstance(effect, SendGuard):
        # It closes, and later: one that is in no record would be nobody's by then.
        reason = _reason(effect.ts, now, journal_failure)
        return GuardReported(now, effect.spec.id, GuardState.ENDED, reason, now) if reason else None
    if isinstance(effect, SendAmend):
        reason = _reason(effect.ts, now, journal_failure)
        return AmendRejected(now, effect.order, 0, reason, now) if reason else None
    return None


def _reason(decided: Nanos, now: Nanos, journal_failure: str) -> str:
    if journal_failure:
        return f"not sent: {journal_failure}"
    late = now - decided
    return f"not sent: decided {late // MILLISECOND} ms ago" if late > LATE else ""
