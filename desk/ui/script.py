"""Typed commands without a screen: the same grammar, carried out when the desk is ready, with waits in desk time."""

from desk.model.command import Command
from desk.model.units import MILLISECOND, Nanos, SubId, Symbol
from desk.model.view import DeskView
from desk.ui.complaint import Complaint
from desk.ui.grammar import Help, Parsed, Quit, SelectSub, SelectSymbol, ShowTab, Wait, parse_line
from desk.ui.resolve import Context
from desk.ui.session import LOOK_EVERY_MS


class Script:
    """A line of commands on its way; ask `is_due` before building a view for `advance`."""

    def __init__(self, line: str, sub: SubId, symbol: Symbol) -> None:
        self._line = line
        self._sub = sub
        self._symbol = symbol
        self._due = Nanos(0)
        self._looked: Nanos | None = None
        self.complaint: Complaint | None = None
        """Why it stopped; nothing of the part it names was sent."""
        self.wants_quit = False

    @property
    def is_done(self) -> bool:
        """Tell whether nothing is left to do."""
        return not self._line.strip()

    def looks_at(self, now: Nanos) -> Symbol | None:
        """Return the symbol it writes about, every few seconds while it has something left to do, as a screen would."""
        if self.is_done or (self._looked is not None and now - self._looked < LOOK_EVERY_MS * MILLISECOND):
            return None
        self._looked = now
        return self._symbol

    def is_due(self, now: Nanos) -> bool:
        """Tell whether the next part may be read."""
        return not self.is_done and now >= self._due

    def advance(self, view: DeskView) -> list[Command]:
        """Read what is due against `view` and return the commands to submit."""
        line, self._line = self._line, ""
        parsed = parse_line(line, Context(view, self._sub, self._symbol))
        if isinstance(parsed, Complaint):
            self.complaint = parsed
            return []
        return self._carry_out(parsed, view.now)

    def _carry_out(self, parsed: Parsed, now: Nanos) -> list[Command]:
        commands: list[Command] = []
        for step in parsed.steps:
            match step:
                case SelectSub(sub=sub):
                    self._sub = sub
                case SelectSymbol(symbol=symbol):
                    self._symbol = symbol
                case Wait(span_ms=span_ms, then=then):
                    self._due = Nanos(now + span_ms * MILLISECOND)
                    self._line = then
                case Quit():
                    self.wants_quit = True
                case Help() | ShowTab():
                    pass
                case _:
                    commands.append(step)
        return commands
