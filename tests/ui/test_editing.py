"""Edits as written: every word replaces what the run has, and nothing else."""

import pytest
from msgspec.structs import replace

from desk.model.command import ChaseMode, ChaseSpec, OnCap, Peg
from desk.model.exits import BracketSpec, Exits, Trigger
from desk.model.order import Side
from desk.model.program import Quoting, ScaleSpec, ScalperSpec, Sizes, TwapSpec
from desk.model.units import AlgoId
from desk.ui.complaint import Complaint
from desk.ui.completion import complete
from desk.ui.editing import words_of
from desk.ui.grammar import parse_line
from desk.ui.preview import describe
from desk.ui.resolve import Context
from tests.kit.views import ALPHA, BTC, D, algo, desk_view

COMMON = {"sub": ALPHA, "symbol": BTC, "side": Side.BUY, "quantity": D("0.100")}
CHASE = ChaseSpec(**COMMON, cap_bps=D(20), ttl_ms=30_000)
TWAP = TwapSpec(**COMMON, span_ms=60_000, slices=6)
SCALE = ScaleSpec(**COMMON, low=D(61000), high=D(61800), count=5)
SCALPER = ScalperSpec(sub=ALPHA, symbol=BTC, quantity=D("0.100"))
BRACKET = BracketSpec(**COMMON, exits=Exits(profit_bps=D(40), stop_bps=D(20)))


def context(spec):
    view = desk_view(algos=(algo(id=AlgoId("run-3"), spec=spec),))
    return Context(view, ALPHA, BTC)


def edited(spec, words):
    parsed = parse_line(f"edit run-3 {words}", context(spec))
    assert not isinstance(parsed, Complaint), parsed
    (command,) = parsed.steps
    assert command.algo == "run-3"
    return command.spec


@pytest.mark.parametrize(
    ("spec", "words", "changes"),
    [
        (CHASE, "qty 0.2", {"quantity": D("0.2")}),
        (CHASE, "cap 61900 oncap cross", {"cap_price": D(61900), "cap_bps": None, "on_cap": OnCap.CROSS}),
        (CHASE, "cap none ttl none", {"cap_bps": None, "ttl_ms": None}),
        (CHASE, "cap 9bps", {"cap_bps": D(9)}),
        (CHASE, "improve 2 trail", {"peg": Peg.IMPROVE, "peg_ticks": 2, "mode": ChaseMode.TRAIL}),
        (CHASE, "mid show 0.02 throttle 1s", {"peg": Peg.MID, "show": D("0.02"), "throttle_ms": 1_000}),
        (TWAP, "qty 0.3 limit 61900 slip 9bps", {"quantity": D("0.3"), "limit": D(61900), "slip_bps": D(9)}),
        (SCALE, "from 62000 to 61000 in 3 asc", {"low": D(61000), "high": D(62000), "count": 3, "sizes": Sizes.ASC}),
        (SCALPER, "bids from 3bps skew -1", {"quoting": Quoting.BIDS, "base_bps": D(3), "skew": D(-1)}),
        (BRACKET, "tp none", {"exits": Exits(stop_bps=D(20))}),
        (
            BRACKET,
            "sl 61000 trigger touch",
            {"exits": Exits(profit_bps=D(40), stop_price=D(61000), trigger=Trigger.TOUCH)},
        ),
    ],
)
def test_words_replace_what_the_run_has(spec, words, changes):
    assert edited(spec, words) == replace(spec, **changes)


@pytest.mark.parametrize(
    ("spec", "words", "complaint"),
    [
        (CHASE, "", "edit: expected one of qty, improve"),
        (CHASE, "over 5m", "edit: expected one of qty, improve"),
        (CHASE, "cap", "cap: expected a value behind it, found nothing"),
        (TWAP, "over 5m", "edit: expected one of qty, limit"),
        (SCALPER, "layers 3", "edit: expected one of qty, from"),
        (BRACKET, "qty 3", "edit: expected one of tp, sl, trigger"),
    ],
)
def test_what_cannot_be_changed_is_said(spec, words, complaint):
    found = parse_line(f"edit run-3 {words}".rstrip(), context(spec))

    assert isinstance(found, Complaint)
    assert complaint in found.text


def test_a_run_that_is_not_there_is_said():
    found = parse_line("edit run-9 cap 9bps", context(CHASE))

    assert isinstance(found, Complaint)
    assert "run: expected" in found.text


def test_the_preview_says_what_changes():
    parsed = parse_line("edit run-3 cap 30bps ttl 2m", context(CHASE))
    (command,) = parsed.steps

    assert describe(command, context(CHASE).view) == "EDIT run-3: cap bps 20 to 30, ttl ms 30000 to 120000"


def test_the_runs_their_words_and_their_values_are_offered():
    here = context(CHASE)

    assert complete("edit ", here) == ("edit run-3",)
    assert "edit run-3 cap 9bps ttl" in complete("edit run-3 cap 9bps t", here)
    assert complete("edit run-3 oncap c", here) == ("edit run-3 oncap cancel", "edit run-3 oncap cross")
    assert set(words_of(BRACKET)) == {"tp", "sl", "trigger", "net"}
