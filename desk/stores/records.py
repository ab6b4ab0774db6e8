"""The journal's bytes: one tagged union in MessagePack, decimals exact."""

from collections.abc import Sequence
from typing import Final

import msgspec

from desk.model.error import BadInput, JournalFailed
from desk.model.journal import Journalled, Record

CHECKPOINTS_KEPT: Final = 3
"""Should the newest be damaged, an older one and a longer tail lead to the same state."""

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Journalled)


def encode(message: Journalled) -> bytes:
    """Return the bytes of `message`."""
    return _ENCODER.encode(message)


def decode(body: bytes) -> Journalled:
    """Return the message of `body`; raise BadInput for bytes that are none of ours."""
    try:
        message: Journalled = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"journal body: expected a message of this version, found {len(body)} bytes: {error}") from error
    return message


def check_order(seq_last: int, records: Sequence[Record]) -> None:
    """Raise JournalFailed unless the records go on from `seq_last`, each after the one before."""
    for each in records:
        if each.seq <= seq_last:
            raise JournalFailed(f"journal record {each.seq}: expected a seq above {seq_last}; nothing was written")
        seq_last = each.seq
