"""The doorway of a running desk: a private socket through which screens watch it, or take control of it."""

import asyncio
import os
import socket
import struct
from pathlib import Path
from typing import Final

from desk.model.error import BadInput
from desk.model.view import DeskView
from desk.runtime.frames import COMMAND_MAX, LENGTH, Glance, Hello, frame, length_of, read_hello, read_wish
from desk.runtime.pump import Pump

FRAME_S: Final = 1 / 15
BUFFER_MAX: Final = 1_000_000
"""Bytes a slow screen may be behind; until it has read them it is sent nothing more, and then the newest view."""
SLOW_S: Final = 10.0
"""A screen that has read nothing for so long is dropped."""
_CREDENTIALS: Final = struct.Struct("3i")


def socket_path(directory: Path) -> Path:
    """Return where the desk of a data directory listens."""
    return directory / "desk.sock"


class Doorway:
    """Serves views to whoever is let in, and takes commands from those who control."""

    def __init__(self, path: Path, pump: Pump) -> None:
        self._path = path
        self._pump = pump

    async def run(self) -> None:
        """Serve until cancelled. The directory's lock is ours, so a socket that lies there is a dead desk's."""
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(self._let_in, self._path)
        finally:
            os.umask(mask)
        try:
            async with server:
                await server.serve_forever()
        finally:
            self._path.unlink(missing_ok=True)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if _peer(writer) != os.geteuid():
                return
            hello = read_hello(await _read(reader))
            async with asyncio.TaskGroup() as both:
                pushing = both.create_task(self._push(writer), name="push views")
                await self._obey(reader, hello)
                pushing.cancel()
        except (BadInput, OSError, asyncio.IncompleteReadError):
            pass  # a screen that does not speak our language, or is gone, is nobody to answer to
        except ExceptionGroup as gone:
            if gone.split((BadInput, OSError, asyncio.IncompleteReadError))[1] is not None:
                raise
        finally:
            writer.close()

    async def _push(self, writer: asyncio.StreamWriter) -> None:
        sent: DeskView | None = None
        behind_s = 0.0
        while behind_s < SLOW_S:
            view = self._pump.view
            if writer.transport.get_write_buffer_size() > BUFFER_MAX:
                behind_s += FRAME_S
            elif view is not sent:
                writer.write(frame(view))
                sent, behind_s = view, 0.0
            await asyncio.sleep(FRAME_S)
        raise ConnectionError("the screen does not read")

    async def _obey(self, reader: asyncio.StreamReader, hello: Hello) -> None:
        while True:
            wish = read_wish(await _read(reader))
            if isinstance(wish, Glance):
                self._pump.look_at(wish.symbol)
            elif hello.controls:
                self._pump.command(wish)


async def _read(reader: asyncio.StreamReader) -> bytes:
    length = length_of(await reader.readexactly(LENGTH.size), COMMAND_MAX)
    return await reader.readexactly(length)


def _peer(writer: asyncio.StreamWriter) -> int:
    """Return the user id of the process at the other end."""
    connection: socket.socket = writer.get_extra_info("socket")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid: int = _CREDENTIALS.unpack(credentials)[1]
    return uid
