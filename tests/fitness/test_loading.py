"""What is loaded, and what must not be: the import contracts, seen at run time."""

import importlib.util
import pkgutil
import subprocess
import sys

import pytest

import desk
from tests.fitness.house import ROOT


def _loaded_by(*names):
    """Return what a new process has loaded after it imported `names`."""
    code = "import sys, importlib\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def _modules_of(*rooms):
    found = [info.name for info in pkgutil.walk_packages(desk.__path__, "desk.")]
    return [name for name in found if name.startswith(tuple(f"desk.{room}" for room in rooms))]


def test_the_rules_load_no_loop_no_screen_and_no_database():
    loaded = _loaded_by(*_modules_of("model", "core", "exchange"))

    assert "desk.core.book" in loaded
    assert loaded & {"asyncio", "textual", "rich", "aiosqlite", "sqlite3", "socket"} == set()


def test_the_machine_loads_no_screen():
    modules = _modules_of("config", "runtime", "stores", "venues")
    # Where click is installed, as the import contracts' tool does, httpx loads rich for a command line of its own.
    over_http = [name for name in modules if name.startswith("desk.venues.binance")]

    loaded = _loaded_by(*(name for name in modules if name not in over_http))

    assert "desk.stores.sqlite" in loaded
    assert loaded & {"textual", "rich", "plotext"} == set()
    assert _loaded_by(*over_http) & {"textual", "plotext"} == set()


@pytest.mark.parametrize("module", ["desk.wiring", "desk.cli"])
def test_a_headless_desk_never_loads_the_screen(module):
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} does not exist yet")

    assert _loaded_by(module) & {"textual", "rich", "plotext"} == set()


def test_a_screen_loads_nothing_of_the_machine():
    loaded = _loaded_by(*_modules_of("ui"))

    rooms = {name.split(".")[1] for name in loaded if name.startswith("desk.")}
    assert rooms == {"model", "ui"}
