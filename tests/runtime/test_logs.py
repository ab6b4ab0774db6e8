"""Where the log goes."""

import logging

import pytest

from desk.model.error import BadInput
from desk.runtime.logs import logged


def test_the_file_gets_everything_and_standard_error_only_warnings(tmp_path, capsys):
    with logged(tmp_path / "desk.log", is_headless=True):
        logging.getLogger("desk.pump").info("a fill")
        logging.getLogger("desk.pump").warning("a stale mark")

    written = (tmp_path / "desk.log").read_text()
    assert "a fill" in written
    assert "a stale mark" in written
    assert capsys.readouterr().err == "desk: a stale mark\n"


def test_a_traceback_goes_to_the_file_and_its_sentence_to_standard_error(tmp_path, capsys):
    with logged(tmp_path / "desk.log", is_headless=True):
        try:
            {}["x"]
        except KeyError:
            logging.getLogger("desk.supervisor").exception("gauges failed")

    assert "Traceback" in (tmp_path / "desk.log").read_text()
    assert capsys.readouterr().err == "desk: gauges failed\n"


def test_nothing_is_written_over_a_screen(capsys):
    with logged(None, is_headless=False):
        logging.getLogger("desk.pump").error("halted")

    assert capsys.readouterr() == ("", "")


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "desk.log").mkdir()

    with (
        pytest.raises(BadInput, match=r"desk.log: expected a file that can be written, found: Is a directory"),
        logged(tmp_path / "desk.log", is_headless=True),
    ):
        pass


def test_what_would_steer_the_terminal_is_not_written_to_it(capsys):
    with logged(None, is_headless=True):
        logging.getLogger("desk.pump").warning("%s rejected: %s", "\x1b[2JBTC", "\u202eno\x9b\n")

    assert capsys.readouterr().err == "desk: ?[2JBTC rejected: ?no??\n"
