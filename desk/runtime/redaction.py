"""What must never be written down, taken out of every line of the log."""

import base64
import logging
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

HIDDEN: Final = "(hidden)"
_NAMED: Final = re.compile(r"(?i)\b(signature|listenKey|X-MBX-APIKEY|apiKey|secret)(\"?\s*[=:/]\s*\"?)[^\s\"'&,;)}\]]+")
"""What stands behind these names is hidden whatever it is: a listen key opens the account's stream."""
LENGTH_MIN: Final = 6
"""Shorter values would blot out half a line, and are no secrets."""


class Redaction(logging.Filter):
    """Hides known values, in every spelling they may be written in, and what stands behind known names."""

    def __init__(self, values: Iterable[bytes] = ()) -> None:
        super().__init__()
        spellings = {spelling for value in values if len(value) >= LENGTH_MIN for spelling in _spellings(value)}
        # The longest first: one spelling may be a part of another.
        ordered = sorted(spellings, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's text; never drops one."""
        record.msg, record.args = self.clean(record.getMessage()), None
        if record.exc_info:
            record.exc_text = self.clean(logging.Formatter().formatException(record.exc_info))
        return True

    def clean(self, text: str) -> str:
        """Return `text` without what must not be seen."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _NAMED.sub(rf"\1\2{HIDDEN}", text)


def _spellings(value: bytes) -> Iterable[str]:
    text = value.decode(errors="replace")
    yield text
    yield quote(text, safe="")
    yield quote(text)
    yield base64.b64encode(value).decode()
    yield base64.urlsafe_b64encode(value).decode()
    yield value.hex()
    yield repr(value)[2:-1]
    # A key in PEM is its lines: a message may quote any one of them.
    yield from (line for line in text.splitlines() if len(line) >= LENGTH_MIN * 2 and not line.startswith("-----"))
