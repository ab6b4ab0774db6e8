"""What the journal in memory owes the tests that use it."""

from desk.model.command import CancelAll
from desk.model.event import Submitted
from desk.model.journal import Commit, record
from desk.stores.memory import MemoryJournal


async def test_a_record_comes_back_as_a_new_object_as_from_a_disk():
    line = record(1, Submitted(1, CancelAll()))
    journal = MemoryJournal()
    await journal.commit(Commit((line,)))

    (back,) = (await journal.load()).records

    assert back == line
    assert back.body is not line.body
