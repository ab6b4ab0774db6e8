"""The same picture on every machine."""

import os
import time

import pytest

# Textual reads these when it is imported. The snapshot plugin keeps a variable of its own under the same prefix.
for _name in [name for name in os.environ if name == "NO_COLOR" or name.startswith("TEXTUAL_")]:
    if not _name.startswith("TEXTUAL_SNAPSHOT_"):
        del os.environ[_name]


@pytest.fixture(autouse=True)
def calm_surroundings(monkeypatch):
    """Hold the time zone still, and let no cursor blink."""
    from textual.widgets import Input

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None, raising=True)
