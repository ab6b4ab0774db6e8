"""What passes between a desk and an exchange that live in two processes: length, then MessagePack."""

import asyncio

import msgspec

from desk.model.effect import VenueRequest
from desk.model.event import Event, VenueTruth

EVENT = msgspec.msgpack.Decoder(Event)
EFFECT = msgspec.msgpack.Decoder(VenueRequest)
TRUTH = msgspec.msgpack.Decoder(VenueTruth)
HELLO_DESK, HELLO_JUDGE = b"D", b"J"


def pack(message):
    """Return a message with its length before it."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(4) + body


async def take(reader: asyncio.StreamReader) -> bytes:
    """Return the next message's bytes; raise IncompleteReadError at the end."""
    return await reader.readexactly(int.from_bytes(await reader.readexactly(4)))
