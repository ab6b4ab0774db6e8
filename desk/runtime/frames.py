"""What travels between a desk and a screen attached to it: length-prefixed MessagePack."""

import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct, structs

from desk.model.command import Command
from desk.model.error import BadInput
from desk.model.units import Symbol
from desk.model.view import DeskView

LENGTH: Final = struct.Struct(">I")
VIEW_MAX: Final = 16_000_000
COMMAND_MAX: Final = 65_536
_DIGITS_MAX: Final = 30
"""Before and behind the point: what is larger or finer is no quantity and no price."""


class Hello(Struct, frozen=True):
    """The first frame of an attached screen: what it wants to do."""

    controls: bool
    """False: it only watches."""


class Glance(Struct, frozen=True, tag=True, tag_field="verb"):
    """What an attached screen looks at: no command, so one that only watches may say it."""

    symbol: Symbol


_ENCODER: Final = msgspec.msgpack.Encoder()
_VIEWS: Final = msgspec.msgpack.Decoder(DeskView)
_COMMANDS: Final = msgspec.msgpack.Decoder(Command | Glance)
_HELLOS: Final = msgspec.msgpack.Decoder(Hello)


def frame(message: DeskView | Command | Glance | Hello) -> bytes:
    """Return the bytes of a message with their length in front."""
    body = _ENCODER.encode(message)
    return LENGTH.pack(len(body)) + body


def length_of(header: bytes, limit: int) -> int:
    """Return how long the body is; raise BadInput above `limit`."""
    length: int = LENGTH.unpack(header)[0]
    if length > limit:
        raise BadInput(f"frame: expected at most {limit} bytes, found {length}")
    return length


def read_view(body: bytes) -> DeskView:
    """Return the view of a body; raise BadInput for anything else."""
    try:
        return _VIEWS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"frame: expected a view of this version of the desk: {error}") from error


def read_wish(body: bytes) -> Command | Glance:
    """Return what a screen wants, of the body of a frame; raise BadInput for anything else."""
    try:
        command: Command | Glance = _COMMANDS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"frame: expected a command of this version of the desk: {error}") from error
    for number in _numbers(command):
        if not number.is_finite() or abs(number.adjusted()) > _DIGITS_MAX:
            raise BadInput(f"frame: expected numbers of at most {_DIGITS_MAX} digits, found {number}")
    return command


def read_hello(body: bytes) -> Hello:
    """Return the greeting of a body; raise BadInput for anything else."""
    try:
        return _HELLOS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"frame: expected a greeting: {error}") from error


def _numbers(message: Struct) -> Iterator[Decimal]:
    for value in structs.astuple(message):
        if isinstance(value, Decimal):
            yield value
        elif isinstance(value, Struct):
            yield from _numbers(value)
