"""Every module has its test module, in the same place."""

from tests.fitness.house import ROOT, modules

# path from desk/ on: why there is no test module of that name
WITHOUT = {
    "core/algos/base.py": "declarations only; the tests of the chase use every one of them",
    "model/command.py": "declarations only; the codec's and the engine's tests use every one of them",
    "model/effect.py": "declarations only",
    "model/error.py": "declarations only",
    "model/event.py": "declarations only",
    "model/following.py": "declarations only; the tests of core/following and of the streams' rows use every one of them",
    "model/guard.py": "declarations only; the tests of core/guards use every one of them",
    "model/intent.py": "declarations only",
    "runtime/ports.py": "declarations only; the adapters' own tests hold them to these",
}


def _expected(path):
    room, _, name = path.rpartition("/")
    return "/".join(part for part in ("tests", room, f"test_{name}") if part)


def test_every_module_has_a_test_module():
    names = [path for path in modules() if not path.endswith(("__init__.py", "__main__.py")) and path not in WITHOUT]

    missing = [_expected(path) for path in names if not (ROOT / _expected(path)).is_file()]

    assert missing == []


def test_no_module_is_let_off_that_is_gone_or_tested():
    idle = [path for path in WITHOUT if path not in modules() or (ROOT / _expected(path)).is_file()]

    assert idle == []


def test_every_folder_of_tests_is_a_package():
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}

    assert [folder.name for folder in folders if not (folder / "__init__.py").is_file()] == []
