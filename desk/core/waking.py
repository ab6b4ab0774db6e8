"""Letting runs look at the touch: all of them when the desk runs again, and those that guard wherever a close may pass."""

from desk.core.acting import Acts
from desk.model.market import Quote
from desk.model.order import OrderKind


def wake_all(acts: Acts) -> None:
    """Let every run look at the touch: it may have moved while nobody was woken."""
    for run in list(acts.state.runs.values()):
        quote = acts.state.markets[run.symbol].quote
        if not run.is_done and quote is not None:
            acts.drive(run, quote)


def wake_brackets(acts: Acts, quote: Quote) -> None:
    """Let the brackets look: a stop watches the mark, and works wherever a position may be closed."""
    for run in acts.state.runs_on(quote.symbol):
        if run.kind is OrderKind.BRACKET:
            acts.drive(run, quote)
