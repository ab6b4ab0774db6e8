"""The table of keys."""

import inspect
from collections import Counter

from desk.ui.app import DeskApp
from desk.ui.keymap import ACTIONS, Group, help_rows, hints, shown_key
from desk.ui.screens.trade import TradeScreen


def test_no_key_does_two_things():
    assert [key for key, count in Counter(key for action in ACTIONS for key in action.keys).items() if count > 1] == []


def test_no_name_stands_for_two_actions():
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_every_action_is_there_and_takes_what_the_table_gives_it():
    for action in ACTIONS:
        owner = DeskApp if action.group is Group.PANIC else TradeScreen
        name, _, arguments = action.call.partition("(")
        method = getattr(owner, f"action_{name}")
        assert len(inspect.signature(method).parameters) == 1 + bool(arguments), action.id


def test_the_way_out_is_on_keys_that_no_input_eats():
    keys = [key for action in ACTIONS if action.group is Group.PANIC for key in action.keys]

    assert all(key.startswith(("f", "ctrl+")) and len(key) > 1 for key in keys)


def test_every_key_is_in_the_help():
    shown = " ".join(keys for group in Group for keys, _ in help_rows(group)).split()

    missing = {shown_key(key) for action in ACTIONS for key in action.keys} - set(shown)
    assert missing == set("2345678")


def test_the_bottom_line_begins_with_the_way_out():
    assert [key for key, _ in hints()][:4] == ["F8", "F9", ":", "F1"]
