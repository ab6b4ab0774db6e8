"""The trading screen: named actions become commands, and the view becomes what is on the screen."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from desk.model.command import (
    CancelAll,
    CancelLevel,
    CancelOrder,
    Command,
    Flatten,
    FlattenVenue,
    KillDesk,
    LeaveDesk,
    Leaving,
    PauseAlgo,
    PlaceOrder,
    Requery,
    ResumeAlgo,
    StartChase,
    StartRun,
    StopAlgo,
)
from desk.model.order import Side
from desk.model.units import AlgoId
from desk.model.view import AlgoState, DeskView
from desk.ui.arming import HeldKey, Origin
from desk.ui.complaint import Misread
from desk.ui.dealing import Dealer, Tone
from desk.ui.grammar import Help, Quit, SelectSub, SelectSymbol, ShowTab, Step, open_orders
from desk.ui.keymap import ACTIONS, trade_bindings
from desk.ui.lexing import Amount
from desk.ui.panels.blotter import Tab
from desk.ui.panels.commandline import CommandLine
from desk.ui.panels.ladder import CursorRow
from desk.ui.panels.ticket import Ticket
from desk.ui.preview import farewell
from desk.ui.resolve import OrderDraft, quote_of, resolve_order
from desk.ui.rows import command_to_end, run_of
from desk.ui.running import Runner
from desk.ui.screens.dialogs import Confirm
from desk.ui.screens.help import HelpScreen
from desk.ui.screens.mending import Mending, Remedy, draft, quarantined
from desk.ui.screens.panes import CHART_FRAMES, GROUPS, Panes
from desk.ui.sections import Pulse
from desk.ui.session import ClockMs, Session
from desk.ui.shims import BackpressureScreen

WIDTH_MIN: Final = 60
HEIGHT_MIN: Final = 16
_PAGE_ROWS: Final = 10
_CURSOR_ROWS: Final = {"up": 1, "down": -1, "page-up": _PAGE_ROWS, "page-down": -_PAGE_ROWS}
_BLOTTER_ROWS: Final = {"up": -1, "down": 1}
_TAKING: Final = {"lift": Side.BUY, "hit": Side.SELL}
_NAMES: Final = frozenset(action.call.partition("(")[0] for action in ACTIONS)
_RUN_COMMANDS: Final[dict[str, Callable[[AlgoId], Command]]] = {
    "pause": PauseAlgo,
    "resume": ResumeAlgo,
    "stop": StopAlgo,
}


class TradeScreen(BackpressureScreen[None]):
    """The desk on one screen."""

    BINDINGS: ClassVar[list[BindingType]] = trade_bindings()
    AUTO_FOCUS = None

    def __init__(self, session: Session, clock_ms: ClockMs) -> None:
        super().__init__()
        self._session = session
        self._clock_ms = clock_ms
        self._panes = Panes()
        self._ticket = Ticket(lambda: session.context, session.memory, id="ticket")
        self._line = CommandLine(lambda: session.context, id="command")
        self._pulse = Pulse()
        self._kill_key = HeldKey()
        self.dealer = Dealer(session, clock_ms, self._ask, self._say)
        self.runner = Runner(self.dealer, lambda: session.context, self._perform, self._after, self._say)

    def compose(self) -> ComposeResult:
        """Lay out the panels, the line, the ticket over them, and what is shown when there is no room."""
        yield from self._panes.compose()
        yield self._line
        yield self._ticket
        yield Static(id="too-small", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Say so when there is no room for a desk."""
        width, height = event.size
        self.set_class(width < WIDTH_MIN or height < HEIGHT_MIN, "-too-small")
        self.query_one("#too-small", Static).update(
            f"terminal too small: this is {width}×{height}, the desk needs {WIDTH_MIN}×{HEIGHT_MIN}"
        )

    def show(self, view: DeskView, pulse: Pulse, frame: int | None = None) -> None:
        """Show the panels whose turn it is in this frame their part of the view; None: all of them."""
        self._pulse = pulse
        self._session.say_look(self._clock_ms())
        chosen = self._session.chosen
        for group in range(GROUPS) if frame is None else (frame % GROUPS,):
            self._panes.show_group(group, view, chosen, pulse)
        if frame is None or frame % CHART_FRAMES == 0:
            self._panes.show_charts(view, chosen)
        if frame is None or frame % GROUPS == GROUPS - 1:
            draft = self._line.draft() or self._ticket.draft()
            self._session.consider(draft if isinstance(draft, PlaceOrder | StartChase | StartRun) else None)
            self._line.echo()
            self._ticket.check()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep the screen's keys from whoever is writing; the way out is the app's and stays open."""
        is_writing = self._ticket.is_open or self._line.is_open
        return not (is_writing and action in _NAMES)

    def _hold_to_kill(self) -> None:
        left = self._kill_key.press(self._clock_ms())
        if left:
            self._say(f"hold F12 to KILL: {left} more", Tone.REFUSED)
        else:
            self.dealer.deal((KillDesk("F12 held"),), Origin.KEY)

    def panic(self, what: str) -> None:
        """Take the way out; what still waited to be run is forgotten."""
        self.runner.drop_waiting()
        if what == "kill":
            self._hold_to_kill()
            return
        chosen = self._session.chosen
        if what == "cancel":
            self.dealer.deal((CancelAll(sub=chosen.sub),), Origin.KEY)
        elif what == "flatten":
            self.dealer.deal((Flatten(sub=chosen.sub, symbol=chosen.symbol),), Origin.KEY)
        elif what == "flatten-everything":
            self.dealer.deal((Flatten(),), Origin.KEY)
        else:
            self._leave()

    def action_order(self, what: str) -> None:
        """Place the size at the cursor's price, or take it from the market."""
        if what in _TAKING:
            self._order(_TAKING[what], None)
            return
        row = self._panes.ladder.cursor_price()
        if row is None:
            self._say("refused: the cursor is not on the screen, c brings it back", Tone.REFUSED)
            return
        self._order(Side(what), row)

    def action_cancel(self, what: str) -> None:
        """Cancel the row under the ladder's cursor, or the newest order."""
        chosen = self._session.chosen
        if what == "last":
            rows = open_orders(self._session.view, chosen.sub)
            if not rows:
                self._say(f"nothing to cancel: no open order of sub-account {chosen.sub}", Tone.REFUSED)
                return
            self._deal_key(CancelOrder(max(rows, key=lambda row: row.created).id))
            return
        cursor = self._panes.ladder.cursor_price()
        if cursor is not None:
            self._deal_key(CancelLevel(chosen.sub, chosen.symbol, cursor.low, cursor.high))

    def action_ladder(self, what: str) -> None:
        """Move the ladder's cursor or window, or change its grouping."""
        ladder = self._panes.ladder
        if what in _CURSOR_ROWS:
            ladder.move_cursor(_CURSOR_ROWS[what])
        elif what == "centre":
            ladder.centre()
        else:
            ladder.group(1 if what == "coarser" else -1)

    def action_size(self, digit: str) -> None:
        """Take a size preset, counted from 1."""
        if not self._session.choose_size(int(digit) - 1):
            self._say(f"no size preset {digit}: there are {len(self._session.presets)}", Tone.REFUSED)
        self._refresh()

    def action_choose(self, what: str) -> None:
        """Take another sub-account, symbol, chart or key mode."""
        if what == "key-mode":
            self.dealer.next_mode()
        elif what == "symbol-next":
            self._session.next_symbol()
        elif what == "chart":
            self._session.next_chart()
        else:
            self._session.next_sub(1 if what == "sub-next" else -1)
        self._refresh()

    def action_blotter(self, what: str) -> None:
        """Show a tab of the blotter, move its cursor, or end the row under it."""
        blotter = self._panes.blotter
        if what == "end":
            try:
                self._deal_key(command_to_end(blotter.selected()))
            except Misread as misread:
                self._say(misread.complaint.text, Tone.REFUSED)
        elif what in _BLOTTER_ROWS:
            blotter.move_cursor(_BLOTTER_ROWS[what])
        else:
            blotter.select(Tab(what))

    def action_run(self, what: str) -> None:
        """Pause, resume or stop the run of the blotter's row, or resume all that are parked."""
        if what == "resume-all":
            parked = [row.id for row in self._session.view.algos if row.state is AlgoState.PARKED]
            if parked:
                self.dealer.deal([ResumeAlgo(run) for run in parked], Origin.KEY)
            else:
                self._say("nothing to resume: no run is parked", Tone.REFUSED)
            return
        try:
            run = run_of(self._panes.blotter.selected(), self._session.view)
        except Misread as misread:
            self._say(misread.complaint.text, Tone.REFUSED)
            return
        if what == "edit":
            self._line.open(f"edit {run} ")
            return
        self._deal_key(_RUN_COMMANDS[what](run))

    def action_open(self, what: str) -> None:
        """Open the command line, a form, the help, or the question before leaving."""
        if what == "command":
            self._line.open()
        elif what == "help":
            self.app.push_screen(HelpScreen())
        elif what == "exit":
            self._leave()
        elif what == "mending":
            self._mend()
        else:
            chosen, cursor = self._session.chosen, self._panes.ladder.cursor_price()
            quote = quote_of(chosen.symbol, self._session.view)
            touch = quote.bid if quote is not None else None
            self._ticket.open(what, Side.BUY, chosen.size, cursor.price(Side.BUY) if cursor is not None else touch)

    def _mend(self) -> None:
        """Ask what to do about a symbol in quarantine."""
        row = quarantined(self._session.view, self._session.chosen.symbol)
        if row is None:
            self._say("nothing to mend: every symbol adds up to the venue's", Tone.NOTE)
            return

        def chosen(remedy: Remedy | None) -> None:
            if remedy is Remedy.REQUERY:
                self._deal_key(Requery())
            elif remedy is Remedy.FLATTEN_VENUE:
                self.dealer.deal((FlattenVenue(row.symbol),), Origin.WRITTEN)
            elif remedy is not None:
                self._line.open(draft(remedy, row, self._session.view))

        self.app.push_screen(Mending(row), chosen)

    def _leave(self) -> None:
        """Leave the desk, once it was said what stays behind, or what is done first."""
        how: Leaving | None = getattr(self.app, "on_quit", None)
        if how is not None:
            self.dealer.deal((LeaveDesk(how),), Origin.WRITTEN)
            return
        self._question("leave the desk", farewell(self._session.view), self.app.exit)

    def _order(self, side: Side, row: CursorRow | None) -> None:
        chosen = self._session.chosen
        draft = OrderDraft(
            symbol=chosen.symbol,
            side=side,
            amount=Amount(chosen.size),
            price=row.price(side) if row is not None else None,
        )
        try:
            self._deal_key(resolve_order(draft, self._session.context))
        except Misread as misread:
            self._say(misread.of(side.value).text, Tone.REFUSED)

    def _deal_key(self, command: Command) -> None:
        self.dealer.deal((command,), Origin.KEY)

    @on(Ticket.Wanted)
    def _send_ticket(self, event: Ticket.Wanted) -> None:
        self.dealer.deal((event.command,), Origin.WRITTEN)

    @on(Ticket.Closed)
    @on(CommandLine.Closed)
    def _take_keys_back(self) -> None:
        self.set_focus(None)

    @on(CommandLine.Entered)
    def _run_line(self, event: CommandLine.Entered) -> None:
        self.set_focus(None)
        self.runner.run(event.line)

    def _perform(self, step: Step) -> None:
        """Do a step that concerns the screen only."""
        match step:
            case SelectSub(sub=sub):
                self._session.choose_sub(sub)
            case SelectSymbol(symbol=symbol):
                self._session.choose_symbol(symbol)
            case ShowTab(tab=tab):
                self._panes.blotter.select(Tab(tab.value))
            case Help(topic=topic):
                self.app.push_screen(HelpScreen(topic))
            case Quit():
                self._leave()
            case _:
                return
        self._refresh()

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        self._say(f"waiting {seconds:g}s; F8, F9 or F10 forget the rest of the line", Tone.NOTE)
        self.set_timer(seconds, call)

    def _ask(self, lines: Sequence[str], on_yes: Callable[[], None]) -> None:
        self._question("send this?", lines, on_yes)

    def _question(self, title: str, lines: Sequence[str], on_yes: Callable[[], None]) -> None:
        top = self.app.screen
        if isinstance(top, Confirm) and top.asks(title, lines):
            return

        def answered(is_yes: bool | None) -> None:
            if is_yes:
                on_yes()
            else:
                self._say(f"not done: {title}", Tone.NOTE)

        self.app.push_screen(Confirm(title, lines, self._clock_ms), answered)

    def _say(self, text: str, tone: Tone) -> None:
        self._line.say(text, tone)

    def _refresh(self) -> None:
        """Show a choice at once: a key should not wait for the next frame."""
        self.show(self._session.view, self._pulse)
