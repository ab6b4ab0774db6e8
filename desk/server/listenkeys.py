"""The keys of user streams: one an account, good for an hour, made longer by whoever asks."""

from collections.abc import Callable
from typing import Final

from desk.model.units import SECOND, Nanos

LIFETIME: Final = Nanos(3_600 * SECOND)


class ListenKeys:
    """Who listens with which key, and until when."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._keys: dict[str, str] = {}
        self._accounts: dict[str, str] = {}
        self._until: dict[str, Nanos] = {}

    def begin(self, account: str, now: Nanos) -> str:
        """Return an account's key, the same one for as long as it lives, and make it live an hour more."""
        key = self._keys.get(account)
        if key is None or self._until[key] <= now:
            self._remove(account)
            key = self._keys[account] = self._make()
            self._accounts[key] = account
        self._until[key] = Nanos(now + LIFETIME)
        return key

    def extend(self, account: str, now: Nanos) -> str | None:
        """Make an account's key live an hour more; None: it has none."""
        key = self._keys.get(account)
        if key is None or self._until[key] <= now:
            return None
        self._until[key] = Nanos(now + LIFETIME)
        return key

    def end(self, account: str) -> str | None:
        """Forget an account's key, and return it."""
        key = self._keys.get(account)
        self._remove(account)
        return key

    def account_of(self, key: str) -> str | None:
        """Return whose key it is; None: it is not one, or not any more."""
        return self._accounts.get(key)

    def expired(self, now: Nanos) -> list[tuple[str, str]]:
        """Forget the keys that have run out, and return them with their accounts."""
        gone = [(key, self._accounts[key]) for key, until in self._until.items() if until <= now]
        for _, account in gone:
            self._remove(account)
        return gone

    def run_out(self, account: str, now: Nanos) -> None:
        """Let an account's key run out now."""
        key = self._keys.get(account)
        if key is not None:
            self._until[key] = now

    def _remove(self, account: str) -> None:
        key = self._keys.pop(account, None)
        if key is not None:
            del self._accounts[key], self._until[key]
