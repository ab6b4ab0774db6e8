"""The operating system's keyring, as far as there is one."""

import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from desk.venues.keychain import look_up


class Kept(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self, **kept):
        super().__init__()
        self._kept = kept

    def get_password(self, service, username):
        assert service == "desk"
        found = self._kept.get(username)
        if isinstance(found, Exception):
            raise found
        return found

    def set_password(self, service, username, password):
        raise NotImplementedError


@pytest.fixture
def use():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_what_is_kept_is_found_without_its_line_end(use):
    use(Kept(binance="hunter2\n"))

    assert look_up("binance").reveal() == b"hunter2"


@pytest.mark.parametrize("kept", [None, "", " \n", KeyringLocked("locked")])
def test_nothing_kept_and_a_locked_keyring_are_no_secret(use, kept):
    use(Kept(binance=kept))

    assert look_up("binance") is None


def test_without_the_package_there_is_no_keyring(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)

    assert look_up("binance") is None
