"""The words for how a run comes back."""

from desk.model.restart import OnRestart


def test_the_words():
    assert [each.value for each in OnRestart] == ["park", "resume", "cancel"]
