"""The house keeps its rules, and each rule catches the fault it is there for."""

import ast

import pytest

from tests.fitness import rules
from tests.fitness.house import DESK, modules, modules_in

EVERYWHERE = ("",)
# The supervisor turns any fault of a feed into a restart or a restriction; the last guard turns ours into a sentence.
GUARDS = ("runtime/supervisor.py", "runtime/guard.py")

# (rule, rooms it holds in, modules that are let off)
RULES = [
    (rules.no_async, ("model", "core", "exchange"), ()),
    (rules.no_float, ("model", "core"), ()),
    (rules.no_broad_except, EVERYWHERE, GUARDS),
    (rules.small_functions, EVERYWHERE, ()),
    (rules.small_classes, EVERYWHERE, ()),
    (rules.no_send_order, EVERYWHERE, ("core/risk/gate.py", "sim/elsewhere.py")),  # the latter is not the desk
    (rules.opens_with_a_sentence, EVERYWHERE, ()),
    (rules.no_snapshot, EVERYWHERE, ()),
    (rules.no_ladder, ("core", "exchange", "runtime", "venues", "stores", "sim", "config"), ()),
    (rules.no_exchange, ("core", "runtime", "stores", "ui"), ()),
]

FAULTS = [
    (rules.no_async, "async def f(): ..."),
    (rules.no_float, "price = 0.1"),
    (rules.no_float, "price = float(text)"),
    (rules.no_broad_except, "try: f()\nexcept Exception: pass"),
    (rules.no_broad_except, "try: f()\nexcept (OSError, BaseException): ..."),
    (rules.no_broad_except, "try: f()\nexcept: pass"),
    (rules.small_functions, "def f():\n" + "    x = 1\n" * 50),
    (rules.small_functions, "def f(self, a, b, c, d, e, f): ..."),
    (rules.small_classes, "class C:\n" + "".join(f"    def f{n}(self): ...\n" for n in range(16))),
    (rules.no_send_order, "order = SendOrder(1, spec)"),
    (rules.no_send_order, "order = effect.SendOrder(1, spec)"),
    (rules.opens_with_a_sentence, "import os"),
    (rules.opens_with_a_sentence, '"""Utilities"""'),
    (rules.no_snapshot, "def take_snapshot(): ..."),
    (rules.no_snapshot, "self.last_snapshot = state"),
    (rules.no_ladder, "adl_ladder = ()"),
    (rules.no_exchange, "def f(exchange): ..."),
]


def _name(value):
    return value.__name__ if callable(value) else ""


@pytest.mark.parametrize(("rule", "rooms", "let_off"), RULES, ids=_name)
def test_the_house_keeps(rule, rooms, let_off):
    broken = {path: rule(tree) for path, tree in modules_in(*rooms).items() if path not in let_off}

    assert {path: complaints for path, complaints in broken.items() if complaints} == {}


@pytest.mark.parametrize(("rule", "fault"), FAULTS, ids=_name)
def test_a_planted_fault_is_caught_by(rule, fault):
    complaints = rule(ast.parse(fault))

    assert len(complaints) == 1


def test_every_rule_has_a_planted_fault():
    assert {rule for rule, _, _ in RULES} == {rule for rule, _ in FAULTS}


@pytest.mark.parametrize(
    "fault",
    [
        "for each in {1, 2}: ...",
        "found = [each for each in set(orders)]",
        "first = list({each.symbol for each in orders})",
        "names: set[str] = f()\nfor each in names: ...",
        "def f(ids: frozenset[str]):\n    return tuple(ids)",
        "self.dirty = set()\nfor each in self.dirty | other: ...",
        "args = [*set(orders)]",
    ],
)
def test_a_walk_through_a_set_is_caught(fault):
    assert len(rules.no_set_iteration(ast.parse(fault))) == 1


def test_a_sorted_set_and_a_dict_may_be_walked_through():
    fine = "ids = {1, 2}\nfor each in sorted(ids): ...\nfor each in {1: 2}: ...\nfound = 1 in ids"

    assert rules.no_set_iteration(ast.parse(fine)) == []


def test_the_core_never_walks_through_a_set():
    core = modules_in("core", "model")
    fields = frozenset().union(*(_set_fields(tree) for tree in core.values()))

    broken = {path: rules.no_set_iteration(tree, fields) for path, tree in core.items()}

    assert {path: complaints for path, complaints in broken.items() if complaints} == {}


def _set_fields(tree):
    """Return the set-typed fields of a module's classes: another module may walk through them."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return frozenset().union(*(rules.set_names(ast.Module(each.body, [])) for each in classes))


def test_no_file_is_longer_than_a_short_read():
    lengths = {path: len((DESK / path).read_text().splitlines()) for path in modules()}

    assert {path: length for path, length in lengths.items() if length > rules.LINES_MAX} == {}


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "tools", "base_utils"}

    assert [path for path in modules() if drawers & set(path.removesuffix(".py").split("/"))] == []
