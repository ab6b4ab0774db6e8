"""From a wish to a submitted command: the key mode is obeyed, the trader is asked, and what became of it is said."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from desk.model.command import Command
from desk.ui.arming import KeyMode, Origin, Risk, TypeAheadGuard, Verdict, reason_to_disarm, risk_of
from desk.ui.preview import describe
from desk.ui.session import ClockMs, Heartbeat, Session


class Tone(StrEnum):
    """How a sentence to the trader is meant."""

    DONE = "done"
    NOTE = "note"
    REFUSED = "refused"


Say = Callable[[str, Tone], None]
Ask = Callable[[Sequence[str], Callable[[], None]], None]
"""Show what would be sent; call back if the answer is yes."""


class Dealer:
    """Takes wishes from keys, lines and forms, and hands over what the key mode lets through."""

    def __init__(self, session: Session, clock_ms: ClockMs, ask: Ask, say: Say) -> None:
        self._session = session
        self._clock_ms = clock_ms
        self._ask = ask
        self._say = say
        self._guard = TypeAheadGuard()
        self._heartbeat = Heartbeat()

    def deal(self, commands: Sequence[Command], origin: Origin, then: Callable[[], None] | None = None) -> None:
        """Submit all of `commands`, or ask about all of them, or refuse all; `then` follows if they were submitted."""
        self.watch()
        if self._session.is_watching:
            self._say("refused: this screen only watches; `desk attach` takes control", Tone.REFUSED)
            return
        opens = any(risk_of(command) is Risk.OPENS for command in commands)
        if opens and origin is Origin.KEY and not self._guard.admits(self._clock_ms()):
            self._say("dropped: order keys came in a burst, as from a stuck link", Tone.REFUSED)
            return
        verdicts = {self._session.judge(command, origin) for command in commands}
        texts = [describe(command, self._session.view) for command in commands]
        if Verdict.REFUSE in verdicts:
            self._say(f"refused: the keys are {KeyMode.SAFE}, press a for {KeyMode.CONFIRM}", Tone.REFUSED)
        elif Verdict.ASK in verdicts:
            self._ask(texts, lambda: self._submit(commands, texts, then))
        else:
            self._submit(commands, texts, then)

    def watch(self) -> int:
        """Disarm the keys if the desk cannot be trusted; return for how long the engine has been silent, in ms."""
        view = self._session.view
        silent_ms = self._heartbeat.silent_ms(view.seq, self._clock_ms())
        self.disarm(reason_to_disarm(view, self._session.chosen.symbol, silent_ms))
        return silent_ms

    def disarm(self, reason: str) -> None:
        """Lower armed keys to confirm and say why; no reason is no need."""
        if reason and self._session.chosen.key_mode is KeyMode.ARMED:
            self._session.choose_mode(KeyMode.CONFIRM)
            self._say(f"disarmed: {reason}", Tone.REFUSED)

    def next_mode(self) -> None:
        """Take the next key mode; the keys are not armed on a desk that would disarm them at once."""
        mode = self._session.chosen.key_mode.next
        self._session.choose_mode(mode)
        self._say(f"keys: {mode}", Tone.NOTE)
        self.watch()

    def _submit(self, commands: Sequence[Command], texts: Sequence[str], then: Callable[[], None] | None) -> None:
        for command in commands:
            self._session.submit(command)
        self._say("sent: " + "; ".join(texts), Tone.DONE)
        if then is not None:
            then()
