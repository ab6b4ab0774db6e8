"""Damages frames as wires, disks and bugs do, in a seeded way."""

from collections.abc import Sequence
from random import Random

NASTY = (
    b"NaN",
    b"-Infinity",
    b"sNaN",
    b"1e400",
    b"1E+999999999",
    b"1e-999999999",
    b"-1",
    b"99999999999999999999999999",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u001b[2J",
    b"\x1b]0;owned\x07",
    b"\x00",
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"[" * 3_000,
    b'{"a":' * 3_000,
    b'"',
    b"\\",
    b"9" * 5_000,
)
"""What decoders are known to stumble over."""
_PARTS = b'",:[]{} '


def mangled(frame: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """Return a frame damaged once to three times."""
    for _ in range(chance.randint(1, 3)):
        frame = chance.choice(_WAYS)(frame, others, chance)
    return frame


def _flip(frame, _others, chance):
    if not frame:
        return b"\x00"
    at = chance.randrange(len(frame))
    return frame[:at] + bytes([frame[at] ^ 1 << chance.randrange(8)]) + frame[at + 1 :]


def _cut(frame, _others, chance):
    return frame[: chance.randrange(len(frame) + 1)]


def _drop(frame, _others, chance):
    first, last = sorted(chance.randrange(len(frame) + 1) for _ in range(2))
    return frame[:first] + frame[last:]


def _repeat(frame, _others, chance):
    first, last = sorted(chance.randrange(len(frame) + 1) for _ in range(2))
    return frame[:last] + frame[first:last] + frame[last:]


def _insert(frame, _others, chance):
    at = chance.randrange(len(frame) + 1)
    return frame[:at] + chance.choice(NASTY) + frame[at:]


def _splice(frame, others, chance):
    other = chance.choice(others)
    return frame[: chance.randrange(len(frame) + 1)] + other[chance.randrange(len(other) + 1) :]


def _replace_word(frame, _others, chance):
    """Put something nasty where a value stands."""
    starts = [at for at, byte in enumerate(frame) if byte in _PARTS]
    if not starts:
        return chance.choice(NASTY)
    first = chance.choice(starts) + 1
    last = first
    while last < len(frame) and frame[last] not in _PARTS:
        last += 1
    return frame[:first] + chance.choice(NASTY) + frame[last:]


_WAYS = (_flip, _cut, _drop, _repeat, _insert, _splice, _replace_word, _replace_word)
