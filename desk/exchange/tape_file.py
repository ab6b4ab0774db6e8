"""A recording's lines, read lazily from a file that may be compressed, cut short or no recording at all."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from desk.model.error import BadInput

_GZIP_MAGIC: Final = b"\x1f\x8b"
_CHUNK: Final = 1 << 16
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class Broken(Exception):
    """The file cannot be read further; the message says expected and found.

    `is_of_line`: the last line read is the bad one; otherwise it is the next that cannot be had.
    """

    def __init__(self, message: str, *, is_of_line: bool = False) -> None:
        super().__init__(message)
        self.is_of_line = is_of_line


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the file's complete lines; compression is told by content, never by name.

    Raises Broken after the last line that could be read whole, and BadInput where there is no file to read.
    """
    with _open(path) as file:
        is_compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        file.seek(0)
        yield from _split(_inflate(file) if is_compressed else _chunks(file))


def _open(path: Path) -> IO[bytes]:
    if path.is_dir():
        raise BadInput(f"recording {path.name}: expected a file, found a directory")
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise BadInput(f"recording {path.name}: expected a file, found nothing at that path") from None
    except OSError as error:
        raise BadInput(f"recording {path.name}: expected a readable file, found: {error.strerror}") from error
    return file


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _inflate(file: IO[bytes]) -> Iterator[bytes]:
    # By hand, because gzip.open throws away what it had decompressed when it meets the cut.
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    for chunk in _chunks(file):
        data = chunk
        while data:
            if inflater.eof:
                inflater = zlib.decompressobj(_GZIP_WINDOW)
            try:
                yield inflater.decompress(data)
            except zlib.error as error:
                raise Broken(f"expected compressed data, found damage ({error})") from error
            data = inflater.unused_data
    if not inflater.eof:
        raise Broken("expected more compressed data, found the end of the file")


def _split(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest
