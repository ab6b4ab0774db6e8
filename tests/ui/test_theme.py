from desk.ui.theme import DESK_THEME, PALETTE, STYLES, Ink, styles_dir, stylesheets


def test_every_ink_has_a_look():
    assert set(STYLES) == set(Ink)


def test_the_style_sheets_are_found_and_the_base_comes_first():
    sheets = stylesheets()

    assert sheets[0] == styles_dir() / "base.tcss"
    assert len(sheets) == len(set(sheets)) >= 3


def test_the_style_sheets_name_no_colour_of_their_own():
    text = "".join(path.read_text() for path in stylesheets())

    assert "#body" in text
    assert not [word for word in text.replace(";", " ").split() if word.startswith("#") and word[1:2].isdigit()]


def test_the_style_sheets_can_speak_of_every_colour():
    assert set(DESK_THEME.variables) == {f"desk-{name}" for name in PALETTE}
