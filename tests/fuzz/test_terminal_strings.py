"""No text from outside steers the terminal: what reaches it are glyphs and the driver's own sequences."""

import re
import unicodedata
from enum import Enum
from random import Random

import pytest
from msgspec import Struct
from textual import events

from desk.model.units import UNALLOCATED
from tests.kit.views import ALPHA, BTC, desk_view
from tests.ui.seat import FakeDesk, press, seat

OWN = re.compile(r"\x1b\[[0-9;]*[mH]")
"""What the driver writes between the glyphs: colours and cursor movements."""
STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
EVIL = {
    "sequences": "\x1b[2J\x1b]0;owned\x07\x9b2J\x9d0;owned\x9c\x07\x08\x7f\x0e",
    "lines": "one\r\ntwo\ttab\x0b\x0c\x85\u2028\u2029",
    "unseen": "\u202e\u2066right\u2069\u200f\u200b\u200d\ufeff\u00ad\u2060\U000e0041\ue000\U0010ffff",
    "markup": "[bold red]x[/][@click=app.quit]y[/] [/nonsense] [[",
    "wide and broken": "買い👩‍👩‍👧é\u0301\u0488\ud800\udfff",
    "long": "x" * 5_000,
}
TOUR = "f2 f3 f4 f5 slash escape f1 escape o 1 escape h 1 escape b escape f9 escape f10 escape x escape p colon paste enter escape"


def poisoned(value, evil):
    """Put `evil` in front of every foreign string of a view, the same everywhere, so that names still match."""
    if isinstance(value, str):
        return value if isinstance(value, Enum) or value == UNALLOCATED else evil + value
    if isinstance(value, tuple):
        return tuple(poisoned(each, evil) for each in value)
    if isinstance(value, Struct):
        return type(value)(**{name: poisoned(getattr(value, name), evil) for name in value.__struct_fields__})
    return value


def steering(screen):
    """Return what a screen's bytes hold besides glyphs, line ends and the driver's own sequences."""
    left = OWN.sub("", screen)
    return {glyph for glyph in left if unicodedata.category(glyph) in STEERING} - {"\n"}


async def shown(view, symbol, sub, keys, size):
    """Return the bytes of the whole screen at the start and after every key."""
    app = seat(FakeDesk(view), start_symbol=symbol, start_sub=sub)
    screens = {}
    pasted = "buy 1 " + "".join(EVIL.values())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for number, key in enumerate(["", *keys]):
            if key == "paste":
                app.post_message(events.Paste(pasted))
                await pilot.pause()
            elif key:
                await press(pilot, [key])
            app.show_frame()
            await pilot.pause()
            screens[number, key] = app.screen._compositor.render_full_update().render_segments(app.console)
    return screens


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
async def test_a_foreign_string_is_shown_as_glyphs_in_every_panel(evil):
    view = poisoned(desk_view(), evil)
    size = Random(evil.encode("utf-8", "surrogatepass").hex()).choice([(200, 50), (120, 34), (80, 24)])

    screens = await shown(view, evil + BTC, evil + ALPHA, TOUR.split(), size)

    assert {key: found for key, screen in screens.items() if (found := steering(screen))} == {}


def test_what_steers_a_terminal_is_noticed():
    assert steering("\x1b[1;2Hfine\x1b[0m\n") == set()
    assert steering("\x1b[2Jx\u202e\x9b") == {"\x1b", "\u202e", "\x9b"}


async def test_a_view_in_which_every_string_is_foreign_is_still_shown():
    view = poisoned(desk_view(), "E")

    screens = await shown(view, "E" + BTC, "E" + ALPHA, ["f3"], (200, 50))

    assert all("EBTCUSDT" in screen and "EPAPER" in screen for screen in screens.values())
