"""How near an account is to trouble."""

from enum import StrEnum
from typing import Final


class AdlTier(StrEnum):
    """How near a sub-account is to our own progressive auto-deleverage (never the venue's)."""

    NONE = "-"
    WATCH = "watch"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"

    @property
    def rank(self) -> int:
        """0 for none, growing with the danger."""
        return _TIER_RANKS[self]


_TIER_RANKS: Final = {tier: rank for rank, tier in enumerate(AdlTier)}
