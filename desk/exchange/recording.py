"""A recorded market, played back line by line as it was received."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

from desk.exchange.market import Ended, MarketRecord
from desk.exchange.tape_file import Broken, read_lines
from desk.exchange.translating import Translator
from desk.exchange.wire import DepthSnapshot, Message, decode_line
from desk.model.error import BadInput
from desk.model.instrument import Instrument
from desk.model.units import Nanos, Symbol

_PREVIEW: Final = 500
"""Messages by which a symbol must have appeared to be traded."""

_Timed = tuple[Nanos, Message | DepthSnapshot | Ended]


class RecordedMarket:
    """Plays `<receive ns> <json>` lines: combined-stream messages, and bare depth answers.

    Raises BadInput for something that is no recording, or one of a symbol that is not among `instruments`.
    """

    delay = Nanos(0)

    def __init__(self, source: Path | Iterable[bytes], instruments: tuple[Instrument, ...]) -> None:
        self.name = f"recording {source.name}" if isinstance(source, Path) else "recording"
        messages = self._messages(read_lines(source) if isinstance(source, Path) else iter(source))
        preview = list(islice(messages, _PREVIEW))
        self._translator = Translator(self.name, self._traded(preview, instruments))
        self._coming = chain(preview, messages)
        self._next: _Timed | None = next(self._coming)

    def symbols(self) -> tuple[Symbol, ...]:
        """Return the symbols the recording trades."""
        return self._translator.symbols

    def next_at(self) -> Nanos | None:
        """Return when the next message was received; None: it has been played to its end."""
        return None if self._next is None else self._next[0]

    def take(self) -> list[MarketRecord]:
        """Return what the next message says."""
        assert self._next is not None, "nothing is due"
        message = self._next[1]
        self._next = next(self._coming, None)
        return [message] if isinstance(message, Ended) else self._translator.translate(message)

    def save(self, now: Nanos) -> bytes:
        """Return nothing: a recording always starts at its first line."""
        return b""

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Stay at the first line."""

    def _messages(self, lines: Iterator[bytes]) -> Iterator[_Timed]:
        at, read, played = Nanos(0), 0, 0
        try:
            for line in lines:
                read += 1
                received, message = decode_line(line)
                if message is None:
                    continue
                # Receive times of several sockets are merged by the recorder: never let time run backwards.
                at = max(at, received)
                played += 1
                yield at, message
        except Broken as broken:
            # A line that did not decode has been counted; one that could not be read has not.
            line_number = read if broken.is_of_line else read + 1
            if line_number == 1:
                raise BadInput(f"{self.name}: line 1: {broken}") from broken
            yield at, Ended(f"{self.name} stops at line {line_number}: {broken}")
            return
        if not played:
            raise BadInput(f"{self.name}: expected market messages, found none in {read} lines")
        yield at, Ended(f"{self.name} ended after {played} messages")

    def _traded(self, preview: list[_Timed], instruments: tuple[Instrument, ...]) -> dict[Symbol, None]:
        known = {each.symbol: None for each in instruments}
        found: dict[Symbol, None] = {}
        for _, message in preview:
            if not isinstance(message, DepthSnapshot | Ended):
                found[message.symbol] = None
        for symbol in found:
            if symbol not in known:
                raise BadInput(f"{self.name}: no trading rules for {symbol}; expected one of {', '.join(known)}")
        if not found:
            raise BadInput(f"{self.name}: expected messages that name a symbol, found none in the first {len(preview)}")
        return found
