"""What comes from outside is taken or refused in the documented way, however broken it is."""

import gzip
import os
from dataclasses import fields, is_dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random

import msgspec
import pytest
from msgspec import Struct, structs

from desk.core import checkpoint
from desk.exchange import memo
from desk.exchange.exchange import Exchange
from desk.exchange.generator import GeneratedMarket
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.exchange.tape_file import Broken
from desk.exchange.wire import decode_line
from desk.model.command import (
    Adjust,
    Allocate,
    AmendOrder,
    CancelAll,
    CancelLevel,
    ChaseSpec,
    Cross,
    Flatten,
    FlattenVenue,
    PlaceOrder,
    ResumeAlgo,
    RevertAdjust,
    StartChase,
    StopAlgo,
    Transfer,
)
from desk.model.error import BadInput
from desk.model.market import BookDelta, BookSnapshot, MarkPrice, Quote, TradePrint
from desk.model.order import OrderType, Side
from desk.model.units import SECOND, AlgoId, ClientOrderId, Nanos
from desk.runtime import frames
from desk.stores import records
from tests.exchange.recorded import answer_line, depth_line, ticker_line, trade_line
from tests.fuzz.mangling import mangled
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BRAVO, BTC, D
from tests.kit.views import desk_view

RECORDING = Path(__file__).parents[3] / "shared" / "data" / "market" / "usdm_btcusdt_20240808.gz"
TIMES = int(os.environ.get("DESK_FUZZ", "1"))
"""How many times the usual number of frames."""
SEED = int(os.environ.get("DESK_FUZZ_SEED", "1"))
SAMPLES = [
    answer_line(0, 10, "100.0x5 99.9x3", "100.1x4"),
    depth_line(1, (9, 12, 8), "100.0x7", "100.2x0"),
    depth_line(2, (13, 14, 12), "99.9x0"),
    ticker_line(3, 15, "100.0x7", "100.1x4"),
    trade_line(4, "100.1", "2", False),
    trade_line(5, "100.0", "1", True, event="aggTrade"),
]


@pytest.fixture(scope="module")
def lines():
    """Real lines where there is a recording, and hand-made ones of every kind."""
    if not RECORDING.is_file():
        return SAMPLES
    with gzip.open(RECORDING) as recording:
        return [*SAMPLES, *(line.rstrip(b"\n") for line in islice(recording, 2_000))]


def decimals_in(value):
    """Yield every decimal of a message, however deep."""
    if isinstance(value, Decimal):
        yield value
    elif isinstance(value, Struct):
        yield from decimals_in(structs.astuple(value))
    elif is_dataclass(value):
        yield from decimals_in([getattr(value, each.name) for each in fields(value)])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from decimals_in(each)


def test_a_mangled_market_line_is_played_or_broken_and_no_number_of_it_is_endless(lines):
    chance, taken, refused = Random(SEED), 0, 0
    for _ in range(30_000 * TIMES):
        line = mangled(chance.choice(lines), lines, chance)
        try:
            at, message = decode_line(line)
        except Broken as broken:
            refused += 1
            assert broken.is_of_line
            continue
        taken += message is not None
        assert 0 <= at < 10**19
        assert all(-(10**15) < number < 10**15 for number in decimals_in(message)), line

    assert taken > 1_000 * TIMES
    assert refused > 1_000 * TIMES


def test_a_recording_with_mangled_lines_reaches_the_books_whole_or_stops_with_a_sentence(lines):
    instruments = tuple(each for each in practice_instruments() if each.symbol == "BTCUSDT")
    chance, shown, refused = Random(SEED), 0, 0
    for _ in range(60 * TIMES):
        first = chance.randrange(max(1, len(lines) - 60))
        part = [*SAMPLES, *lines[first : first + 60]]
        part[chance.randrange(len(part))] = mangled(chance.choice(part), part, chance)
        try:
            market = RecordedMarket(part, instruments)
        except BadInput:
            refused += 1
            continue
        start = market.next_at()
        exchange = Exchange(instruments=instruments, market=market, start=start, seed=1)
        desk = rig.begun(instruments=instruments)
        while (at := exchange.next_at()) is not None and at < start + 2_000_000_000:
            for event in exchange.advance(at):
                if isinstance(event, Quote | BookDelta | BookSnapshot | TradePrint | MarkPrice):
                    desk.step(event)
                    shown += 1

    assert shown > 1_000 * TIMES
    assert refused < 60 * TIMES


def mangle_all(decode, documented, samples, count):
    """Decode so many mangled samples; return how many were taken and how many refused."""
    chance, taken, refused = Random(SEED), 0, 0
    for _ in range(count * TIMES):
        try:
            decode(mangled(chance.choice(samples), samples, chance))
            taken += 1
        except documented:
            refused += 1
    return taken, refused


def journalled():
    """The journal of a desk that has traded."""
    desk = rig.started()
    desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.0")))
    desk.command(StartChase(ChaseSpec(sub=BRAVO, symbol=BTC, side=Side.SELL, quantity=D("2.0"))))
    desk.command(Transfer(source=ALPHA, target=BRAVO, amount=D(5)))
    for number, order in enumerate(list(desk.state.orders.values()), 1):
        desk.step(builders.fill(order.spec, number, "0.5", "0.5"))
    return desk


def test_a_mangled_journal_record_is_read_or_refused():
    samples = [records.encode(each) for each in journalled().journal]

    taken, refused = mangle_all(records.decode, BadInput, samples, 10_000)

    assert taken > 100
    assert refused > 1_000


@pytest.mark.parametrize(
    "body", [b"\x81\xa4type\xa8\xff\xfe\xff\xfe\xff\xfe\xff\xfe", b"\x82\xa4type\xa8RunEnded\xa1x" + b"\x91" * 5_000]
)
def test_what_is_no_text_and_what_never_ends_is_refused_too(body):
    with pytest.raises(BadInput, match="journal body"):
        records.decode(body)


def test_a_mangled_checkpoint_is_read_or_refused():
    samples = [checkpoint.save(journalled().state)]

    taken, refused = mangle_all(checkpoint._decode, BadInput, samples, 3_000)

    assert taken + refused == 3_000 * TIMES
    assert refused > 1_000


def test_what_a_practice_exchange_remembers_is_read_or_refused():
    instruments = practice_instruments()
    start = builders.EPOCH
    exchange = Exchange(
        instruments=instruments, market=GeneratedMarket(instruments, seed=1, start=start), start=start, seed=1
    )
    exchange.advance(start + 2_000_000_000)

    taken, refused = mangle_all(memo.decode, BadInput, [exchange.save()], 300)

    assert taken + refused == 300 * TIMES
    assert refused > 100


COMMANDS = [
    AmendOrder(order=ClientOrderId("PMS0001_MAN001000000_00001"), price=D("98.0"), quantity=D("2.0")),
    CancelLevel(sub=ALPHA, symbol=BTC, low=D("1"), high=D("200")),
    Flatten(sub=ALPHA, symbol=BTC),
    FlattenVenue(BTC),
    Cross(seller=ALPHA, buyer=BRAVO, symbol=BTC, quantity=D("0.5"), price=D("100.0")),
    Allocate(target=ALPHA, symbol=BTC, quantity=D("0.5")),
    Adjust(sub=ALPHA, symbol=BTC, quantity=D("-0.5"), price=D("100.0"), reason="told by phone"),
    RevertAdjust(1),
    ResumeAlgo(AlgoId("chase-1")),
    StopAlgo(AlgoId("chase-1")),
    PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.0")),
    PlaceOrder(sub=BRAVO, symbol=BTC, side=Side.SELL, quantity=D("0.5"), type=OrderType.MARKET),
    StartChase(ChaseSpec(sub=BRAVO, symbol=BTC, side=Side.SELL, quantity=D("2.0"), cap_bps=D(20), ttl_ms=5_000)),
    Transfer(source=ALPHA, target=BRAVO, amount=D(5)),
    CancelAll(sub=ALPHA),
]


def test_a_mangled_command_at_the_doorway_is_refused_or_the_engine_lives_with_it():
    samples = [frames.frame(each)[frames.LENGTH.size :] for each in COMMANDS]
    desk = rig.started()
    chance, obeyed, refused = Random(SEED), 0, 0
    for count in range(4_000 * TIMES):
        if count % 500 == 0:
            desk = rig.started()
        try:
            command = frames.read_wish(mangled(chance.choice(samples), samples, chance))
        except BadInput:
            refused += 1
            continue
        desk.command(command)
        obeyed += 1

    assert obeyed > 20
    assert refused > 500


STRANGE = (
    "0",
    "-1",
    "1E+29",
    "1E-29",
    "0.0000000001",
    "",
    "XYZUSDT",
    "UNALLOCATED",
    "HOUSE",
    "chase-1",
    "\x1b[2J",
    "sell",
)
STRANGE_NUMBERS = (0, -1, 1, 2**31, -(2**63), True, None)


def strangely(body, chance):
    """Return the body of a command of the right shape that says something strange."""
    said = msgspec.msgpack.decode(body)
    inner = said["spec"] if isinstance(said.get("spec"), dict) else said
    key = chance.choice(list(inner))
    inner[key] = chance.choice(STRANGE if isinstance(inner[key], str) else STRANGE_NUMBERS)
    return msgspec.msgpack.encode(said)


def let_it_work(desk):
    """Let a second pass and the market move: what was taken must be able to go on."""
    for _ in desk.wait(Nanos(desk.state.now + SECOND)):
        pass
    up = (desk.state.now // SECOND) % 2
    millis = (desk.state.now - builders.EPOCH) // 1_000_000
    desk.step(builders.quote("100.1/100.2" if up else "100.0/100.1", millis))


def test_the_engine_lives_with_any_command_that_has_the_right_shape():
    samples = [msgspec.msgpack.encode(each) for each in COMMANDS]
    desk = rig.started()
    chance, obeyed = Random(SEED), 0
    for count in range(6_000 * TIMES):
        if count % 500 == 0:
            desk = rig.started()
        body = chance.choice(samples)
        for _ in range(chance.randint(1, 2)):
            body = strangely(body, chance)
        try:
            command = frames.read_wish(body)
        except BadInput:
            continue
        desk.command(command)
        obeyed += 1
        if obeyed % 5 == 0:
            let_it_work(desk)

    assert obeyed > 1_000 * TIMES


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999999", "1E-999999999"])
def test_a_command_with_a_number_that_is_none_does_not_come_in(number):
    body = msgspec.msgpack.encode(
        {"verb": "StartChase", "spec": {"sub": "1", "symbol": "BTCUSDT", "side": "buy", "quantity": number}}
    )

    with pytest.raises(BadInput, match="expected numbers of at most 30 digits"):
        frames.read_wish(body)


@pytest.mark.parametrize("read", [frames.read_view, frames.read_hello])
def test_a_mangled_frame_from_the_other_end_is_read_or_refused(read):
    samples = [frames.frame(each)[frames.LENGTH.size :] for each in (desk_view(), frames.Hello(True))]

    taken, refused = mangle_all(read, BadInput, samples, 500)

    assert taken + refused == 500 * TIMES
    assert refused > 100
