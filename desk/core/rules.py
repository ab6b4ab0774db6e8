"""The venue's rules as they come: what cannot be right is not taken, and where there is nothing better, not traded on."""

from collections.abc import Iterable

from desk.core.acting import Acts
from desk.model.effect import Severity
from desk.model.instrument import Instrument, first_broken_bracket


def take(acts: Acts, instruments: Iterable[Instrument]) -> None:
    """Take the rules of these symbols, and judge their holders by them."""
    state = acts.state
    state.rules_at = state.now
    for instrument in instruments:
        symbol, problem = instrument.symbol, _problem(instrument)
        if problem:
            acts.alert(Severity.ERROR, f"{symbol}: {problem}")
            if symbol in state.instruments:
                continue  # the last ones that were right go on
            state.unruly[symbol] = problem
        else:
            state.unruly.pop(symbol, None)
        state.instruments[symbol] = instrument
        if symbol in state.markets:
            state.markets[symbol].instrument = instrument
        for sub in state.board.holders(symbol):
            state.stir(sub, symbol)


def _problem(instrument: Instrument) -> str:
    if not instrument.brackets:
        return "margin brackets: expected some, found none"
    broken = first_broken_bracket(instrument.brackets)
    if broken is None:
        return ""
    return (
        f"margin brackets: expected each to go on where the one below ends, found one from {broken.floor} with"
        f" cum {broken.cum}: not to be trusted"
    )
