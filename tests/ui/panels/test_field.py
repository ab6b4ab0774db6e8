"""A field of choices."""

from textual.app import App

from desk.ui.panels.field import Choice


class Stage(App):
    """One field, with the focus on it."""

    def compose(self):
        yield Choice(("hold", "cancel", "cross"), "hold")


async def after(*keys):
    async with Stage().run_test(size=(40, 5)) as pilot:
        field = pilot.app.query_one(Choice)
        field.focus()
        await pilot.press(*keys)
        return field.value


async def test_the_arrows_and_the_space_walk_through_the_words():
    assert [await after("right"), await after("space", "right"), await after("left")] == ["cancel", "cross", "cross"]


async def test_a_first_letter_picks_the_next_word_that_begins_with_it():
    assert [await after("c"), await after("c", "c"), await after("c", "c", "c"), await after("z")] == [
        "cancel", "cross", "cancel", "hold",
    ]  # fmt: skip


async def test_a_word_that_is_no_choice_is_not_taken():
    async with Stage().run_test(size=(40, 5)) as pilot:
        field = pilot.app.query_one(Choice)
        field.value = "explode"

        assert field.value == "hold"


async def test_only_the_chosen_word_is_shown_where_there_is_no_room_for_all():
    async with Stage().run_test(size=(12, 5)) as pilot:
        assert str(pilot.app.query_one(Choice).render()) == "‹ hold ›"
