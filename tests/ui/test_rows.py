"""What the blotter's keys do to each kind of row."""

import pytest

from desk.model.command import CancelOrder, Flatten, StopAlgo
from desk.model.order import OrderStatus
from desk.model.units import UNALLOCATED
from desk.ui.complaint import Misread
from desk.ui.panels.blotter_rows import HeldPosition
from desk.ui.rows import command_to_end, run_of
from tests.kit.views import ALPHA, BTC, algo, before, card, desk_view, fill, layer, order, position


@pytest.mark.parametrize(
    ("row", "command"),
    [
        (order(3), CancelOrder(order(3).id)),
        (algo(), StopAlgo("chase-3")),
        (HeldPosition(ALPHA, "alpha", position()), Flatten(sub=ALPHA, symbol=BTC)),
    ],
)
def test_a_row_is_ended_as_what_it_is(row, command):
    assert command_to_end(row) == command


@pytest.mark.parametrize(
    "row",
    [
        None,
        fill(),
        card(),
        order(3, status=OrderStatus.FILLED),
        algo(ended=before(1)),
        HeldPosition(None, "venue", position()),
        HeldPosition(UNALLOCATED, "UNALLOCATED", position()),
        HeldPosition(ALPHA, "alpha", position("0")),
    ],
)
def test_what_is_over_or_nobodys_cannot_be_ended(row):
    with pytest.raises(Misread, match="row: expected an open order, a live run or a sub-account's position"):
        command_to_end(row)


def test_the_run_is_the_rows_own_the_orders_owner_or_the_only_one():
    view = desk_view()

    assert {run_of(row, view) for row in (algo(), order(3, algo="chase-3"), None, fill())} == {"chase-3"}


def test_a_run_that_is_over_is_not_mistaken_for_the_live_one():
    with pytest.raises(Misread, match="run: expected the row of a live run, found chase-2"):
        run_of(algo(id="chase-2", ended=before(1)), desk_view())


def test_two_live_runs_are_not_guessed_between():
    view = desk_view(algos=(algo(), algo(id="chase-4")))

    with pytest.raises(Misread):
        run_of(None, view)


def test_a_layer_is_ended_by_stopping_its_run():
    assert command_to_end(layer()) == StopAlgo("scalper-4")
    assert run_of(layer(), desk_view(algos=(algo(id="scalper-4"), algo()))) == "scalper-4"
