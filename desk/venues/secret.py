"""Keys that are used and never shown."""

import hmac
from typing import Any, Final, NoReturn

HIDDEN: Final = "(hidden)"


class Secret:
    """Bytes that no text, log, traceback or copy shows; `reveal` is for the one place that signs with them."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """Return the bytes themselves."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> NoReturn:
        raise TypeError("a secret is not a key of a table")

    def __repr__(self) -> str:
        return f"Secret{HIDDEN}"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a secret is not written down")
