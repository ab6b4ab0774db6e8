"""What the repairs were written for, and that they draw what Textual draws."""

import gc
import hashlib
import inspect
import random
from types import SimpleNamespace

import pyte
import pytest
import textual
from rich.color import ColorSystem
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.containers import Horizontal
from textual.screen import Screen
from textual.strip import Strip

from desk.ui import shims
from desk.ui.cellgrid import CellGrid
from desk.ui.theme import Ink
from tests.ui.stage import Bare

STOCK = {
    "divide": (shims._divide_of_textual, "f6764f25c39e144b"),
    "render": (ChopsUpdate.render_segments, "4c1cdb567e0b8354"),
    "timer": (Screen._on_timer_update, "421401660de142c5"),
}
SIZE = (60, 12)


@pytest.fixture
def repaired(monkeypatch):
    """Install the repairs for one test."""
    monkeypatch.setattr(Strip, "divide", Strip.divide)
    monkeypatch.setattr(ChopsUpdate, "render_segments", ChopsUpdate.render_segments)
    assert shims.install()


@pytest.mark.parametrize("name", STOCK)
def test_the_repaired_functions_are_those_the_repairs_were_written_for(name):
    function, digest = STOCK[name]

    assert hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16] == digest


def test_another_version_is_left_alone(monkeypatch):
    monkeypatch.setattr(textual, "__version__", "8.2.9")
    divide = Strip.divide

    assert not shims.install()
    assert Strip.divide is divide


class Two(Bare):
    """Two grids side by side, whose updates are kept instead of sent."""

    def __init__(self):
        super().__init__(None)
        self.grids = [CellGrid(classes="panel"), CellGrid(classes="panel")]
        self.updates = []
        self.console._color_system = ColorSystem.TRUECOLOR

    def compose(self):
        yield Horizontal(*self.grids)

    def _display(self, screen, renderable):
        if renderable is not None:
            self.updates.append(renderable.render_segments(self.console))


def _terminal(*updates):
    screen = pyte.Screen(*SIZE)
    stream = pyte.Stream(screen)
    for update in updates:
        stream.feed(update)
    return [[screen.buffer[y][x] for x in range(SIZE[0])] for y in range(SIZE[1])]


def _scribble(grids, chance):
    for _ in range(chance.randint(1, 4)):
        grid = chance.choice(grids)
        text = "".join(chance.choice("0123456789.█≈") for _ in range(chance.randint(1, 12)))
        grid.put(chance.randrange(grid.rows), chance.randrange(grid.columns), text, chance.choice(list(Ink)))


@pytest.mark.usefixtures("repaired")
async def test_many_partial_updates_leave_the_cells_of_one_full_one():
    chance = random.Random(7)
    app = Two()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.screen.refresh(layout=True)
        await pilot.pause()
        updates = [app.screen._compositor.render_full_update().render_segments(app.console)]
        app.updates = updates
        for _ in range(200):
            _scribble(app.grids, chance)
            for grid in app.grids:
                grid.flush()
            await pilot.pause(0)
            app.screen._on_timer_update()

        full = app.screen._compositor.render_full_update().render_segments(app.console)

    assert len(updates) > 150
    assert _terminal(*updates) == _terminal(full)


@pytest.mark.usefixtures("repaired")
async def test_a_cell_at_the_right_edge_is_sent_alone():
    app = Two()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        grid = app.grids[0]
        grid.put_line(0, [("x" * grid.columns, Ink.TEXT)])
        grid.flush()
        await pilot.pause(0)
        app.screen._on_timer_update()
        app.updates.clear()

        grid.put(0, grid.columns - 1, "y")
        grid.flush()
        await pilot.pause(0)
        app.screen._on_timer_update()

    assert "y" in app.updates[-1]
    assert "x" not in app.updates[-1]


@pytest.mark.usefixtures("repaired")
def test_a_strip_that_was_cut_whole_needs_no_collector():
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            strip = Strip([Segment("abc")], 3)
            assert strip.divide([3]) == [strip]
        del strip
        found = gc.collect()
    finally:
        gc.enable()

    assert found < 50


def test_a_strip_is_still_cut_in_parts():
    strip = Strip([Segment("abcdef")], 6)

    parts = shims._divide_without_cycle(strip, [2, 6, 9])

    assert [part.text for part in parts] == ["ab", "cdef"]


@pytest.mark.parametrize(("waiting", "painted"), [(0, 1), (2, 1), (3, 0)])
async def test_a_screen_waits_while_the_terminal_is_behind(monkeypatch, waiting, painted):
    calls = []

    def paint(screen):
        calls.append(screen)

    monkeypatch.setattr(Screen, "_on_timer_update", paint)
    writer = SimpleNamespace(_queue=SimpleNamespace(qsize=lambda: waiting))
    screen = SimpleNamespace(app=SimpleNamespace(_driver=SimpleNamespace(_writer_thread=writer)))

    class Patient(shims.BackpressureScreen):
        app = property(lambda self: screen.app)

    Patient.__new__(Patient)._on_timer_update()

    assert len(calls) == painted
