"""A secret is used and never shown."""

import copy
import pickle

import pytest

from desk.venues.secret import Secret

CANARY = "hunter2hunter2"


@pytest.fixture
def secret():
    return Secret(CANARY.encode())


def test_it_signs_with_its_bytes(secret):
    assert secret.reveal() == CANARY.encode()


@pytest.mark.parametrize("shown", [repr, str, "{:>40}".format, "{!r}".format, lambda each: f"{[each]}"])
def test_no_text_shows_it(secret, shown):
    assert CANARY not in shown(secret)


@pytest.mark.parametrize("written", [pickle.dumps, copy.copy, copy.deepcopy, hash])
def test_it_is_not_written_down_nor_copied(secret, written):
    with pytest.raises(TypeError):
        written(secret)


def test_two_are_compared_by_their_bytes(secret):
    assert secret == Secret(CANARY.encode())
    assert secret != Secret(b"other")
    assert secret != CANARY
    assert secret
    assert not Secret(b"")
