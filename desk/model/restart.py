"""How a run comes back when the desk has been restarted."""

from enum import StrEnum


class OnRestart(StrEnum):
    """How a run comes back when the desk has been restarted."""

    PARK = "park"
    """It waits for a person."""
    RESUME = "resume"
    """It goes on as soon as the desk is running."""
    CANCEL = "cancel"
    """It ends, and its order is cancelled."""
