"""A desk that comes back: from its beginning, from a checkpoint, and from the middle of a story."""

from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from desk.core import checkpoint
from desk.core.engine import Engine
from desk.core.orders import Order
from desk.core.project import Projector
from desk.core.state import ENDED_MAX
from desk.model.command import ResumeAlgo, ResumeDesk
from desk.model.effect import SendOrder
from desk.model.error import BadInput, InvariantBroken
from desk.model.event import (
    AccountReported,
    FundingPaid,
    LinkChanged,
    LinkState,
    OpenOrder,
    OrderAccepted,
    OrderRejected,
    Started,
    TimerKey,
    TruthLearned,
    VenueTrade,
)
from desk.model.order import OrderStatus
from desk.model.units import ZERO
from desk.model.view import AlgoState, DeskMode, Health
from tests.kit import builders, rig
from tests.kit.builders import BTC, EPOCH, at
from tests.kit.rig import Rig
from tests.kit.story import tell

D = Decimal
LIMITS = builders.limits()
STORY = """
       0ms  chase buy 1.0 throttle_ms=500 cap_bps=20   => place buy 1.0 @100.0 gtx
       5ms  buy 2.0 @99.0 sub=2                        => place buy 2.0 @99.0 gtc
      40ms  accepted #1
      41ms  accepted #2
     100ms  fill #1 0.25
     600ms  quote 100.1/100.2                          => amend #1 100.1 x1.0
     610ms  fill #1 0.25
     640ms  amended #1
     700ms  cancel #2                                  => cancel #2
     740ms  cancelled #2
     800ms  chase sell 3.0 sub=2                       => place sell 3.0 @100.2 gtx
     840ms  rejected #3 -5022 would take
    1050ms  (timer)                                    => place sell 3.0 @100.2 gtx
    1100ms  accepted #4
    1200ms  stop chase-2                               => cancel #4
    1210ms  fill #4 1.0
    1250ms  cancelled #4                               => end chase-2 stopped by hand
    1300ms  flatten        => cancel #1, place buy 1.0 @100.3 market closing
    1340ms  cancelled #1   => end chase-1 cancel all, place sell 0.50 @100.0 market closing
    1350ms  accepted #5
    1360ms  buy 1.0 @98.0 sub=2                        => place buy 1.0 @98.0 gtc
"""


def played():
    desk = tell(STORY).rig
    desk.step(FundingPaid(at(1400), BTC, D("0.05"), D("0.0001"), D(100), at(1400)))
    desk.step(AccountReported(at(1500), D("199_999"), (builders.held(BTC, "-0.5", "100"),), at(1500)))
    return desk


# What a live run knows of its moment; one that comes back is parked and asks a person.
OF_THE_MOMENT = {
    "note": "",
    "sent": None,
    "wake_armed": False,
    "rejects": 0,
    "rejects_total": 0,
    "ending": "",
    "end_reason": "",
}


def durable(memo):
    """What a checkpoint says, without what is not journalled: words for the trader, charts, the moment of a run."""
    said = msgspec.msgpack.decode(memo, type=checkpoint.Checkpoint)
    said.alerts, said.equities = [], {}
    said.runs = [replace(run, **OF_THE_MOMENT) for run in said.runs]
    return said


def come_back(memo, tail):
    return checkpoint.restore(memo, tail, LIMITS)


def test_a_state_comes_back_from_its_checkpoint_as_it_was():
    memo = checkpoint.save(played().state)

    assert checkpoint.save(come_back(memo, ())) == memo


def test_the_journal_from_the_beginning_folds_to_the_live_state():
    desk = played()

    back = come_back(None, desk.journal)

    live = come_back(checkpoint.save(desk.state), ())
    assert durable(checkpoint.save(back)) == durable(checkpoint.save(live))


@pytest.mark.parametrize("cut", range(0, 40, 4))
def test_a_checkpoint_and_the_journal_after_it_fold_to_the_live_state(cut):
    desk = played()
    assert len(desk.journal) > 36
    memo = checkpoint.save(come_back(None, desk.journal[:cut]))

    back = come_back(memo, desk.journal[cut:])

    assert durable(checkpoint.save(back)) == durable(checkpoint.save(come_back(None, desk.journal)))


def test_a_live_checkpoint_and_the_journal_after_it_fold_to_the_live_state():
    desk = played()
    memo, seen = checkpoint.save(desk.state), len(desk.journal)
    desk.step(OrderAccepted(at(1600), list(desk.state.open)[-1], 6, ZERO, at(1600)))
    desk.step(builders.fill(list(desk.state.open.values())[-1].spec, 99, "0.5", "0.5", ts=at(1700)))

    back = come_back(memo, desk.journal[seen:])

    assert durable(checkpoint.save(back)) == durable(checkpoint.save(come_back(checkpoint.save(desk.state), ())))


def test_what_was_learned_from_the_truth_is_folded_too():
    spec = builders.spec()
    desk = rig.begun()
    desk.journal.append(SendOrder(EPOCH, spec))
    first = come_back(None, desk.journal)
    second = Rig(Engine(first))
    second.step(Started(at(10), 2, "PAPER", (builders.instrument(),), LIMITS))
    known = replace(
        rig.truth(D(5), 10),
        orders=(OpenOrder(spec, 7, D("0.5")),),
        trades=(VenueTrade(spec.id, BTC, 1, D(100), D("0.5"), ZERO, True, at(5)),),
    )
    second.step(TruthLearned(at(20), known))

    back = come_back(None, [*desk.journal, *second.journal])

    assert (back.orders[spec.id].status, back.orders[spec.id].filled) == (OrderStatus.WORKING, D("0.5"))
    assert durable(checkpoint.save(back)) == durable(checkpoint.save(second.state))


def test_a_run_comes_back_parked_and_counts_from_where_it_arrived():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500 cap_bps=20   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
    """)
    desk = Rig(Engine(come_back(None, player.rig.journal)))
    desk.step(Started(at(100), 2, "PAPER", (builders.instrument(),), LIMITS))
    truth = replace(rig.truth(D(200_000), 100), orders=(OpenOrder(player.sent[0], 1, ZERO),))
    desk.step(TruthLearned(at(100), truth))
    desk.step(LinkChanged(at(100), LinkState.UP, ""))
    rig.show(desk, "100.9/101.0", millis=100)
    assert desk.state.runs["chase-1"].save().state is AlgoState.PARKED

    (effect,) = desk.command(ResumeAlgo("chase-1"), 200)

    assert effect.price == D("100.2")  # 20 bps above 100.0, wherever the market is now


def test_a_resumed_run_is_woken_when_its_time_is_over_although_the_timer_died_with_its_process():
    player = tell("   0ms  chase buy 1.0 ttl_ms=9000   => place buy 1.0 @100.0 gtx")
    desk = Rig(Engine(come_back(None, player.rig.journal)))
    desk.step(Started(at(100), 2, "PAPER", (builders.instrument(),), LIMITS))

    desk.command(ResumeAlgo("chase-1"), 200)

    assert desk.timers[TimerKey("chase-1", "ttl")] == at(9000)


def test_a_long_journal_brings_back_only_the_latest_ended_orders():
    journal = list(rig.started().journal)
    for number in range(ENDED_MAX + 7):
        spec = builders.spec(f"A{number}")
        journal += [SendOrder(EPOCH, spec), OrderRejected(EPOCH, spec.id, 0, "no", EPOCH)]
    assert len(come_back(None, journal).orders) == ENDED_MAX + 7

    journal.append(Started(at(60_001), 2, "PAPER", (builders.instrument(),), LIMITS))
    assert len(come_back(None, journal).orders) == ENDED_MAX


def test_a_restart_goes_on_numbering_runs():
    player = tell("   0ms  chase buy 1.0   => place buy 1.0 @100.0 gtx")

    back = come_back(None, player.rig.journal)

    assert back.run_seq == 1


def test_a_cancel_that_was_wanted_is_sent_again_after_a_restart():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
          50ms  cancel #1                       => cancel #1
    """)
    desk = Rig(Engine(come_back(None, player.rig.journal)))
    desk.step(Started(at(100), 2, "PAPER", (builders.instrument(),), LIMITS))

    truth = replace(rig.truth(D(200_000), 100), orders=(OpenOrder(player.sent[0], 1, ZERO),))
    effects = desk.step(TruthLearned(at(110), truth))

    assert [type(each).__name__ for each in effects] == ["Learned", "SendCancel"]


def test_a_halt_is_remembered_by_a_checkpoint_and_lifted_by_the_journal():
    desk = rig.started()
    desk.take(desk.engine.halt(at(5), "books broke"))
    memo, seen = checkpoint.save(desk.state), len(desk.journal)

    desk.command(ResumeDesk(), 10)

    assert (come_back(memo, ()).mode, come_back(memo, ()).mode_reason) == (DeskMode.HALTED, "books broke")
    assert come_back(memo, desk.journal[seen:]).mode is DeskMode.STARTING


def test_a_journal_that_broke_the_books_brings_back_a_halted_desk():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
    """)
    with pytest.raises(InvariantBroken):
        player.rig.step(builders.fill(player.sent[0], 1, "1.1", "1.1", ts=at(50)))

    back = come_back(None, player.rig.journal)

    assert back.mode is DeskMode.HALTED
    assert "filled 1.1 of 1.0" in back.mode_reason


def test_a_desk_that_has_come_back_can_be_shown_before_it_has_heard_anything():
    back = come_back(None, played().journal)

    view = Projector().project(back, Health())

    assert [row.quantity for row in view.sub("2").positions] == [D("-1.0")]
    assert not view.ready


def test_what_is_kept_of_an_order_is_all_of_it_but_its_place_in_the_queue():
    desk = played()
    desk.state.orders[next(iter(desk.state.open))].ahead = D(5)

    back = come_back(checkpoint.save(desk.state), ())

    assert {name for name in Order.__struct_fields__ if _differs(desk.state, back, name)} == {"ahead"}


def _differs(before, after, name):
    return [getattr(each, name) for each in before.orders.values()] != [
        getattr(each, name) for each in after.orders.values()
    ]


@pytest.mark.parametrize("memo", [b"", b"\xc1", b"\x90", b"\xa5hello", b"[" * 5000])
def test_bytes_that_are_no_checkpoint_are_refused_in_one_sentence(memo):
    with pytest.raises(BadInput, match="checkpoint: expected one of version"):
        come_back(memo, ())


def test_a_checkpoint_of_another_version_is_refused():
    said = msgspec.msgpack.decode(checkpoint.save(rig.started().state), type=checkpoint.Checkpoint)
    said.version = 99

    with pytest.raises(BadInput, match=f"expected version {checkpoint.VERSION}, found 99"):
        come_back(msgspec.msgpack.encode(said), ())


def test_a_journal_cut_anywhere_can_be_folded():
    journal = played().journal

    for cut in range(len(journal)):
        back = come_back(None, journal[:cut])
        assert len(back.orders) == len([each for each in journal[:cut] if isinstance(each, SendOrder)])


def test_trades_that_were_forgotten_stay_booked_in_the_next_life(monkeypatch):
    monkeypatch.setattr("desk.core.bookkeeping.TRADES_MAX", 1)
    state = played().state

    restored = checkpoint.restore(checkpoint.save(state), [], LIMITS)

    assert restored.has_booked(BTC, 1)
    assert restored.trades_below == state.trades_below != {}
