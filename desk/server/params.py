"""The parameters of a request: read once from its raw bytes, asked for by name and kind.

What the venue does not know is ignored; what it must know and cannot read is refused with the parameter's name. A name in
both query and body counts as in the query. Clients write names in other cases and lists encoded or not: both are read.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar
from urllib.parse import unquote_plus

import msgspec

from desk.model.units import ZERO
from desk.server.refusal import Refusal, illegal, missing

_NUMBER: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{0,20})?")
_NUMBER_RANGE: Final = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_INTEGER: Final = re.compile(r"-?[0-9]{1,20}")
_FLAGS: Final = {"true": True, "false": False}
_INTEGERS: Final = msgspec.json.Decoder(list[int], strict=False)
_TEXTS: Final = msgspec.json.Decoder(list[str], strict=False)
PARAMS_MAX: Final = 60

T = TypeVar("T")


class Params:
    """Texts by name; names are looked up without regard to case."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {name.lower(): text for name, text in texts.items()}

    def text(self, name: str) -> str:
        """Return a parameter that must be there."""
        found = self._texts.get(name.lower(), "")
        if not found:
            raise missing(name)
        return found

    def maybe(self, name: str) -> str:
        """Return a parameter, empty where it is not there."""
        return self._texts.get(name.lower(), "")

    def number(self, name: str) -> Decimal:
        """Return a decimal that must be there."""
        return self._decimal(name, self.text(name))

    def maybe_number(self, name: str) -> Decimal | None:
        """Return a decimal, None where it is not there."""
        text = self.maybe(name)
        return self._decimal(name, text) if text else None

    def integer(self, name: str) -> int:
        """Return a whole number that must be there."""
        return self._integer(name, self.text(name))

    def maybe_integer(self, name: str) -> int | None:
        """Return a whole number, None where it is not there."""
        text = self.maybe(name)
        return self._integer(name, text) if text else None

    def flag(self, name: str) -> bool | None:
        """Return a truth value, None where it is not there."""
        text = self.maybe(name)
        if not text:
            return None
        if text.lower() not in _FLAGS:
            raise illegal(name, "true|false")
        return _FLAGS[text.lower()]

    def within(self, name: str, otherwise: int, most: int) -> int:
        """Return a limit: the usual one where none is given, and never more than the most."""
        found = self.maybe_integer(name)
        if found is None:
            return otherwise
        if found <= 0:
            raise Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")
        return min(found, most)

    def numbers(self, name: str) -> list[int]:
        """Return a list of whole numbers, empty where it is not there."""
        return self._list(name, _INTEGERS)

    def names(self, name: str) -> list[str]:
        """Return a list of texts, empty where it is not there."""
        return self._list(name, _TEXTS)

    def batch(self, name: str) -> list["Params"]:
        """Return the parameters of every element of a batch that must be there."""
        try:
            elements = msgspec.json.decode(self.text(name), type=list[dict[str, str | int | float | bool | None]])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refusal(-1130, f"Data sent for parameter '{name}' is not valid.") from None
        return [from_json(each) for each in elements]

    def _list(self, name: str, decoder: "msgspec.json.Decoder[list[T]]") -> list[T]:
        text = self.maybe(name)
        if not text:
            return []
        try:
            return decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refusal(-1130, f"Data sent for parameter '{name}' is not valid.") from None

    def _decimal(self, name: str, text: str) -> Decimal:
        if not _NUMBER.fullmatch(text):
            if text.startswith("-"):
                return self._negative(name, text)
            raise illegal(name, _NUMBER_RANGE)
        return Decimal(text)

    def _negative(self, name: str, text: str) -> Decimal:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise illegal(name, _NUMBER_RANGE) from None
        if not number.is_finite() or number >= ZERO:
            raise illegal(name, _NUMBER_RANGE)
        return number

    def _integer(self, name: str, text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise illegal(name, "^[0-9]{1,20}$")
        return int(text)


def parse(query: bytes, body: bytes) -> Params:
    """Read a request's query and form body."""
    texts: dict[str, str] = {}
    for part in (query, body):
        for name, text in _pairs(part):
            texts.setdefault(name, text)
            if len(texts) > PARAMS_MAX:
                raise Refusal(-1101, "Too many parameters sent for this endpoint.")
    return Params(texts)


def from_json(values: Mapping[str, str | int | float | bool | None]) -> Params:
    """Return the parameters of a JSON object, as a batch and the WebSocket API have them."""
    return Params({name: text_of(value) for name, value in values.items() if value is not None})


def text_of(value: str | int | float | bool) -> str:
    """Return a JSON value as the text it stands for: flags in lower case, numbers without an exponent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


def _pairs(part: bytes) -> Iterable[tuple[str, str]]:
    for piece in part.split(b"&"):
        name, _, text = piece.partition(b"=")
        if name:
            yield unquote_plus(name.decode(errors="replace")), unquote_plus(text.decode(errors="replace"))
