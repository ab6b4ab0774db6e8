"""Limits moved while the desk runs: within their bounds, remembered over restarts, until the settings are changed."""

from desk.core import watch
from desk.core.acting import Acts
from desk.core.state import DeskState
from desk.model.command import SetLimit
from desk.model.effect import Severity
from desk.model.error import BadInput
from desk.model.limits import Limits, edited


def set_limit(acts: Acts, command: SetLimit) -> None:
    """Move a limit, or say in one sentence why not; every account is judged by it at once."""
    state = acts.state
    before = getattr(state.limits, command.name, None)
    try:
        remember(state, command)
    except BadInput as bad:
        acts.alert(Severity.WARN, str(bad))
        return
    acts.alert(Severity.WARN, f"limit {command.name}: {before} to {getattr(state.limits, command.name)}")
    watch.look_at_all(acts)


def remember(state: DeskState, command: SetLimit) -> None:
    """Move a limit; raise BadInput where it cannot be moved there."""
    limits = edited(state.limits, command.name, command.value)
    _, configured = state.edits.get(command.name, ("", str(getattr(state.limits, command.name))))
    state.limits, state.edits[command.name] = limits, (command.value, configured)


def take(state: DeskState, configured: Limits) -> None:
    """Begin with the limits of the settings; what was moved by hand stays where the settings say what they said then."""
    limits = configured
    for name, (value, then) in list(state.edits.items()):
        if str(getattr(configured, name)) == then:
            limits = edited(limits, name, value)
        else:
            del state.edits[name]
    state.limits = limits
