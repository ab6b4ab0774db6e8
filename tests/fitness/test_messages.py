"""Messages cannot be changed on their way, and none of them is forgotten."""

import importlib
import pkgutil
from typing import get_args

import msgspec
import pytest

import desk.model
from desk.model.event import Event


def _structs():
    for info in pkgutil.iter_modules(desk.model.__path__, "desk.model."):
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == info.name:
                yield value


def test_every_message_is_frozen():
    structs = list(_structs())

    assert len(structs) > 50
    assert [each.__name__ for each in structs if not each.__struct_config__.frozen] == []


def test_every_event_has_a_handler():
    if importlib.util.find_spec("desk.core.engine") is None:
        pytest.skip("desk.core.engine does not exist yet")
    engine = importlib.import_module("desk.core.engine")

    assert set(engine.HANDLERS) == set(get_args(Event))
