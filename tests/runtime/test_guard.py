"""The last guard."""

import pytest

from desk.model.error import BadInput, DeskBroke
from desk.runtime.guard import one_sentence
from desk.runtime.logs import logged


def break_with_a_secret():
    secret = "S3CRET"
    return {}[len(secret)]


def test_what_nobody_expected_is_one_sentence_that_names_the_log(tmp_path, capsys):
    log = tmp_path / "desk.log"

    with (
        pytest.raises(DeskBroke, match=rf"^the desk broke: KeyError: 6; the traceback is in {log}$") as raised,
        logged(log, is_headless=True),
        one_sentence(log),
    ):
        break_with_a_secret()

    assert raised.value.__suppress_context__
    assert capsys.readouterr().err == ""


def test_the_log_holds_the_traceback_without_the_values_of_locals(tmp_path):
    log = tmp_path / "desk.log"

    with pytest.raises(DeskBroke), logged(log, is_headless=False), one_sentence(log):
        break_with_a_secret()

    written = log.read_text()
    assert "in break_with_a_secret" in written
    assert "KeyError: 6" in written
    assert written.count("S3CRET") == 0


def test_what_the_desk_raises_on_purpose_passes():
    with pytest.raises(BadInput, match=r"^seed: expected"), one_sentence(None):
        raise BadInput("seed: expected a whole number, found x")


def test_the_wish_to_stop_passes():
    with pytest.raises(KeyboardInterrupt), one_sentence(None):
        raise KeyboardInterrupt
