"""Which alerts become toasts."""

from desk.model.effect import Severity
from desk.ui.alarms import Alarms
from tests.kit.views import alert


def rows(*severities, start=1):
    return [alert(start + index, severity) for index, severity in enumerate(severities)]


def test_what_was_there_before_the_screen_is_history():
    assert Alarms().take(rows(Severity.ERROR), 0) == []


def test_a_new_warning_is_raised_once_and_an_info_never():
    alarms = Alarms()
    alarms.take([], 0)
    new = rows(Severity.INFO, Severity.WARN)

    assert alarms.take(new, 10) == [new[1]]
    assert alarms.take(new, 20) == []


def test_a_flood_is_cut_off_and_counted():
    alarms = Alarms()
    alarms.take([], 0)

    raised = alarms.take(rows(*[Severity.ERROR] * 7), 10)

    assert (len(raised), alarms.unraised) == (4, 3)


def test_after_the_window_there_is_room_again():
    alarms = Alarms()
    alarms.take([], 0)
    alarms.take(rows(*[Severity.ERROR] * 4), 10)

    assert alarms.take(rows(Severity.ERROR, start=5), 5_009) == []
    assert len(alarms.take(rows(Severity.ERROR, start=6), 5_010)) == 1
