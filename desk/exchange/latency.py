"""How long a message is on its way: a seeded draw, long in the tail."""

from math import exp
from random import Random

from msgspec import Struct

from desk.model.units import MILLISECOND, Nanos, millis


class Latency(Struct, frozen=True, kw_only=True):
    """One way between desk and exchange, in nanoseconds; `spread` is the sigma of its logarithm."""

    median: Nanos = millis(4)
    min: Nanos = millis(1)
    max: Nanos = millis(60)
    spread: float = 0.45

    def draw(self, chance: Random) -> Nanos:
        """Return the time one message takes."""
        micros = int(self.median // 1_000 * exp(self.spread * chance.gauss(0.0, 1.0)))
        return Nanos(max(self.min, min(self.max, micros * 1_000)))


NO_LATENCY = Latency(median=Nanos(0), min=Nanos(0), max=Nanos(0), spread=0.0)
DEFAULT_LATENCY = Latency(median=millis(4), min=Nanos(MILLISECOND), max=millis(60))
