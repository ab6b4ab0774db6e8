"""What stands in the files that no compiler reads."""

import re

import pytest

from tests.fitness.house import ROOT, texts

# A path of one machine, or the place one machine gets its packages from.
FOREIGN = re.compile(
    r"(?<![\w.>/])/(?:home|Users|root|work|mnt)/[\w.]|index[-_]url|pypi\.(?:org|python)|python" + r"hosted"
)


def test_nothing_names_a_machine():
    found = {
        f"{path}:{number}": line.strip()[:100]
        for path, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if FOREIGN.search(line)
    }

    assert found == {}


@pytest.mark.parametrize("fault", ["cd /" + "home/jo/desk", "--index" + "-url x", "'/" + "root/.cache'"])
def test_the_name_of_a_machine_is_noticed(fault):
    assert FOREIGN.search(fault)


CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")


def _classes_in(sheet):
    """Return the classes that the selectors of a style sheet name; those that begin with `-` are Textual's states."""
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    selectors = re.sub(r"[\w$-]+\s*:\s+[^;{}]*;", "", bare)
    return set(CLASS.findall(selectors))


def test_a_class_is_found_in_a_selector_and_not_in_a_value():
    sheet = "/* .old */ .panel:focus, Input.-invalid { width: 1.5fr; .row { color: $x; } }"

    assert _classes_in(sheet) == {"panel", "row"}


def test_every_class_of_the_style_sheets_is_used():
    code = "\n".join(text for path, text in texts().items() if path.startswith("desk/ui/") and path.endswith(".py"))
    words = set(re.findall(r"[\w-]+", code))

    unused = {
        path: sorted(_classes_in(text) - words)
        for path, text in texts().items()
        if path.startswith("styles/") and path.endswith(".tcss")
    }

    assert unused
    assert {path: names for path, names in unused.items() if names} == {}


def test_the_readme_has_the_two_commands_and_no_other():
    if not (ROOT / "README.md").is_file():
        pytest.skip("README.md does not exist yet")
    readme = texts()["README.md"]

    blocks = re.findall(r"^## (.+?)\n(?:(?!^## ).)*?^```\w*\n(.*?)^```", readme, flags=re.DOTALL | re.MULTILINE)

    assert len(re.findall(r"^```", readme, flags=re.MULTILINE)) == 4
    assert len(blocks) == 2
    assert "Run the tests" in [title.strip() for title, _ in blocks]
    assert all(command.strip() for _, command in blocks)
