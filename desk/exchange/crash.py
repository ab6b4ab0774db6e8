"""How a market falls: steadily, in one second, in waves that feed themselves, or from one trade to the next."""

from enum import StrEnum
from math import log1p
from random import Random


class Crash(StrEnum):
    """The shapes of a fall."""

    DRIFT = "drift"
    """A steady slide of minutes."""
    JUMP = "jump"
    """Most of it within two seconds, then a slow bleeding."""
    CASCADE = "cascade"
    """Waves, each faster than the one before, with a pause between: others are being liquidated."""
    GAP = "gap"
    """Between two trades there is nothing."""


class Fall:
    """One fall, drawn once: how far the price is below its start, by the seconds since it began."""

    def __init__(self, crash: Crash, chance: Random) -> None:
        self.crash = crash
        self.depth = chance.uniform(*_DEPTHS[crash])
        """Fraction of the price that is lost in the end."""
        self.seconds = chance.uniform(*_SECONDS[crash])
        self._waves = chance.randint(3, 6)

    def move(self, seconds: float) -> float:
        """Return the logarithm of the price against its start; 0 before, the same for ever after the end."""
        part = min(1.0, max(0.0, seconds / self.seconds))
        return log1p(-self.depth) * self._done(part, seconds)

    def _done(self, part: float, seconds: float) -> float:
        match self.crash:
            case Crash.DRIFT:
                return part
            case Crash.JUMP:
                return 0.7 * min(1.0, max(0.0, seconds / 2.0)) + 0.3 * part
            case Crash.GAP:
                return 0.0 if seconds <= 0.0 else 0.85 + 0.15 * part
            case Crash.CASCADE:
                wave, within = divmod(part * self._waves, 1.0)
                weights = [2.0**number for number in range(self._waves)]
                done = sum(weights[: int(wave)])
                if int(wave) < self._waves:
                    done += weights[int(wave)] * min(1.0, within / 0.4)
                return done / sum(weights)


_DEPTHS = {
    Crash.DRIFT: (0.04, 0.16),
    Crash.JUMP: (0.02, 0.10),
    Crash.CASCADE: (0.04, 0.20),
    Crash.GAP: (0.02, 0.12),
}
_SECONDS = {Crash.DRIFT: (40.0, 150.0), Crash.JUMP: (20.0, 60.0), Crash.CASCADE: (20.0, 90.0), Crash.GAP: (10.0, 40.0)}
