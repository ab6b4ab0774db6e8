"""One desk per data directory."""

import os
import stat
import subprocess
import sys

import pytest

from desk.model.error import BadInput
from desk.stores.lock import DirectoryLock, make_private


def test_a_second_desk_is_refused_and_told_who_was_first(tmp_path):
    first = DirectoryLock(tmp_path)
    first.acquire()

    with pytest.raises(BadInput, match=rf"another desk \(process {os.getpid()}\) holds this data directory"):
        DirectoryLock(tmp_path).acquire()

    first.release()


def test_a_released_directory_can_be_taken_again(tmp_path):
    with DirectoryLock(tmp_path):
        pass

    with DirectoryLock(tmp_path):
        assert (tmp_path / "desk.lock").read_text() == f"{os.getpid()}\n"


def test_a_dead_desk_holds_nothing(tmp_path):
    die = "import os, sys, pathlib; from desk.stores.lock import DirectoryLock\n"
    die += "DirectoryLock(pathlib.Path(sys.argv[1])).acquire(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", die, str(tmp_path)], check=False)

    with DirectoryLock(tmp_path):
        assert (tmp_path / "desk.lock").read_text() == f"{os.getpid()}\n"


def test_the_directory_and_its_lock_are_private(tmp_path):
    place = tmp_path / "share" / "desk"

    with DirectoryLock(place):
        modes = [stat.S_IMODE(each.stat().st_mode) for each in (place, place / "desk.lock")]

    assert modes == [0o700, 0o600]


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(
        BadInput, match=r"file/desk: data directory: expected one that can be created, found: not a dir"
    ):
        make_private(tmp_path / "file" / "desk")
