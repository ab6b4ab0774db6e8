"""Running a typed line: its steps in order, and after a wait the rest of it, read anew."""

from collections.abc import Callable, Sequence
from typing import get_args

from msgspec import structs

from desk.model.command import Command
from desk.ui.arming import Origin
from desk.ui.complaint import Complaint
from desk.ui.dealing import Dealer, Say, Tone
from desk.ui.grammar import Step, Wait, parse_line
from desk.ui.resolve import Context

_COMMANDS = get_args(Command)


class Runner:
    """Runs lines. `perform` does the steps that concern the screen only, `after` calls back in some seconds."""

    def __init__(
        self,
        dealer: Dealer,
        look: Callable[[], Context],
        perform: Callable[[Step], None],
        after: Callable[[float, Callable[[], None]], None],
        say: Say,
    ) -> None:
        self._dealer = dealer
        self._look = look
        self._perform = perform
        self._after = after
        self._say = say
        self._round = 0

    def run(self, line: str) -> None:
        """Run a line in the context of now."""
        self._run(line, self._look())

    def drop_waiting(self) -> None:
        """Forget what waits to be run: who takes the way out wants nothing more."""
        self._round += 1

    def _run(self, line: str, context: Context) -> None:
        parsed = parse_line(line, context)
        if isinstance(parsed, Complaint):
            self._say(parsed.text, Tone.REFUSED)
            return
        for step in parsed.steps:
            if not isinstance(step, _COMMANDS):
                self._perform(step)
        commands: Sequence[Command] = [step for step in parsed.steps if isinstance(step, _COMMANDS)]
        # The grammar ends a line at its first wait: the rest is in it.
        wait = next((step for step in parsed.steps if isinstance(step, Wait)), None)
        if commands:
            self._dealer.deal(commands, Origin.WRITTEN, lambda: self._wait(wait, parsed.context))
        else:
            self._wait(wait, parsed.context)

    def _wait(self, wait: Wait | None, context: Context) -> None:
        if wait is None or not wait.then:
            return
        then, started = wait.then, self._round

        def go_on() -> None:
            if self._round == started:
                # What was chosen when the line was entered still holds; the desk is read as it is by now.
                self._run(then, structs.replace(context, view=self._look().view))

        self._after(wait.span_ms / 1000, go_on)
