"""What the disk has acknowledged is there at the next start, and nothing else."""

import pytest

from desk.model.effect import SendOrder
from desk.model.error import JournalFailed
from desk.model.journal import Commit, record
from desk.sim.disk import Disk
from tests.kit.builders import at, spec


def sent(seq, order="PMS0001_MAN001000000_00001"):
    return record(seq, SendOrder(at(seq), spec(order)))


def test_what_was_committed_is_loaded_as_it_was():
    disk = Disk()

    disk.commit(Commit([sent(1)]))

    assert disk.load().records == (sent(1),)
    assert disk.intents == {spec().id}


def test_a_checkpoint_leaves_only_the_records_after_it():
    disk = Disk()

    disk.commit(Commit([sent(1)], checkpoint=(1, b"state")))
    disk.commit(Commit([sent(2)]))

    assert (disk.load().checkpoint, disk.load().records) == (b"state", (sent(2),))


def test_a_full_disk_keeps_nothing_of_a_batch():
    disk = Disk()
    disk.is_full = True

    with pytest.raises(JournalFailed, match="no space left"):
        disk.commit(Commit([sent(1)]))

    assert disk.load().records == ()
    assert disk.intents == set()


def test_the_trace_depends_on_what_was_written():
    one, other = Disk(), Disk()

    one.commit(Commit([sent(1)]))
    other.commit(Commit([sent(1, "PMS0001_MAN001000000_00002")]))

    assert one.trace != other.trace


def test_every_start_has_an_epoch_of_its_own():
    disk = Disk()

    assert [disk.begin_epoch(), disk.begin_epoch()] == [1, 2]
