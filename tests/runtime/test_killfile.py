"""The file that kills the desk."""

import asyncio

import pytest

from desk.model.command import KillDesk
from desk.runtime import killfile
from desk.runtime.killfile import killed_by_file


async def test_the_file_kills_once_and_is_taken_away(tmp_path, monkeypatch):
    path, heard, looks = tmp_path / "kill", [], []

    class Pump:
        command = heard.append

    async def look_again(_seconds):
        looks.append(path.exists())
        if len(looks) == 1:
            path.touch()
        if len(looks) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr(killfile.asyncio, "sleep", look_again)

    with pytest.raises(asyncio.CancelledError):
        await killed_by_file(path, Pump)

    assert heard == [KillDesk("file kill in the data directory")]
    assert not path.exists()
