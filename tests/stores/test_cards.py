"""The cards of a journal, read while another process may write it."""

import pytest

from desk.model.effect import CardWritten
from desk.model.error import BadInput
from desk.model.journal import Commit, record
from desk.stores.cards import read_cards
from desk.stores.sqlite import SqliteJournal
from tests.kit.views import card


async def written(path, *cards):
    journal = SqliteJournal(path)
    await journal.open()
    await journal.commit(Commit([record(seq, CardWritten(seq, each)) for seq, each in enumerate(cards, 1)]))
    return journal


def test_the_latest_card_of_each_run_is_read_beside_the_writer(tmp_path):
    import asyncio

    first, other, last = card(markouts=(None,) * 3), card(algo="twap-4"), card()

    async def write():
        return await written(tmp_path / "desk.db", first, other, last)

    async def both():
        journal = await write()
        try:
            return await asyncio.to_thread(read_cards, tmp_path / "desk.db")
        finally:
            await journal.close()

    assert asyncio.run(both()) == [last, other]


def test_no_journal_is_said(tmp_path):
    with pytest.raises(BadInput, match=r"desk.db: expected a journal of the desk, found no file"):
        read_cards(tmp_path / "desk.db")


def test_another_file_is_said(tmp_path):
    (tmp_path / "desk.db").write_text("no database at all, but text of some length\n" * 100)

    with pytest.raises(BadInput, match=r"desk.db: expected a readable journal, found: file is not a database"):
        read_cards(tmp_path / "desk.db")
