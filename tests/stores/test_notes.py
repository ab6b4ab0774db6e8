"""The trader's own small file: private, whole, and never a reason to fail."""

import logging
import stat

import pytest

from desk.stores.notes import NoteFile


@pytest.fixture
def log(caplog):
    """What the file says, whatever a desk of another test has done to the loggers above it."""
    logger = logging.getLogger("desk.notes")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def test_what_was_kept_is_read_back_and_private(tmp_path):
    file = NoteFile(tmp_path / "data" / "presets.json")
    assert file.load() == b""

    file.save(b"one")
    file.save(b"two")

    assert file.load() == b"two"
    assert stat.S_IMODE((tmp_path / "data" / "presets.json").stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["presets.json"]


def test_a_disk_that_refuses_is_logged_and_keeps_what_was_there(tmp_path, log):
    path = tmp_path / "presets.json"
    NoteFile(path).save(b"one")
    path.with_suffix(".new").mkdir()

    NoteFile(path).save(b"two")

    assert NoteFile(path).load() == b"one"
    assert "expected a file that can be written" in log.text


def test_a_file_that_cannot_be_read_is_as_none(tmp_path, log):
    (tmp_path / "presets.json").mkdir()

    assert NoteFile(tmp_path / "presets.json").load() == b""
    assert "expected a readable file" in log.text
