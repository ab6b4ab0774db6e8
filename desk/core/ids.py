"""Client order ids: `PMS{sub:4}_{KIND:3}{epoch:3}{parent:4}{leg:2}_{seq:5}`, base 36, 26 characters.

Counters, never chance: the same state gives the same id, and the epoch, which grows durably at every start, keeps an
id from ever being used twice. The desk's own table is authoritative; the id is how an order found at the venue after a
crash is put back to its owner.
"""

import re
from typing import Final

from msgspec import Struct

from desk.model.order import OrderKind
from desk.model.units import UNALLOCATED, AlgoId, ClientOrderId, SubId

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NOBODY: Final = "0000"
"""Stands for UNALLOCATED, in a place where no sub-account begins with 0."""
_SHAPE: Final = re.compile(r"PMS([0-9A-Z]{4})_([A-Z]{3})([0-9A-Z]{3})([0-9A-Z]{4})([0-9A-Z]{2})_([0-9A-Z]{5})")


class IdParts(Struct, frozen=True):
    """What an id says of its order."""

    sub: SubId
    kind: OrderKind
    epoch: int
    parent: int
    """Number of the run that owns it; 0 for none."""
    leg: int
    seq: int


def order_id(parts: IdParts) -> ClientOrderId:
    """Write an id."""
    return ClientOrderId(
        f"PMS{_NOBODY if parts.sub == UNALLOCATED else parts.sub:0>4}_{parts.kind.value}{_base36(parts.epoch, 3)}"
        f"{_base36(parts.parent, 4)}{_base36(parts.leg, 2)}_{_base36(parts.seq, 5)}"
    )


def parse(text: str) -> IdParts | None:
    """Read an id; None for one of another shape: not ours."""
    found = _SHAPE.fullmatch(text)
    if found is None or found[2] not in {kind.value for kind in OrderKind}:
        return None
    sub, kind, epoch, parent, leg, seq = found.groups()
    return IdParts(
        sub=SubId(sub.lstrip("0")) if sub != _NOBODY else UNALLOCATED,
        kind=OrderKind(kind),
        epoch=int(epoch, 36),
        parent=int(parent, 36),
        leg=int(leg, 36),
        seq=int(seq, 36),
    )


def run_number(algo: AlgoId | None) -> int:
    """Return the number in a run's id (`chase-3` is 3), 0 for no run."""
    return int(algo.rpartition("-")[2]) if algo is not None else 0


def _base36(number: int, width: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    if len(digits) > width:
        raise OverflowError(f"client order id: {digits} does not fit {width} digits")
    return digits.rjust(width, "0")
