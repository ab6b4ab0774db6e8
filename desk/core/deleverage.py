"""Deleveraging: bring a sub-account out of danger before the venue does, one small proven step after another.

An episode begins when an account reaches T1 and ends when it has been out of danger for a while. Meanwhile the account
may only reduce. Each step clears the way, sends one order that takes at once, waits until every trade of it is booked and
looks again: what is closed next depends on what has really been filled. Nothing is done on prices or books that are not
sure; then the desk says why it holds still.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.core import bookkeeping, modes
from desk.core.acting import Acts
from desk.core.adl import cuts, tiers
from desk.core.adl.cuts import Cut, Terms
from desk.core.margin import Standing
from desk.core.orders import Order
from desk.core.risk import exposure, netting, standings, trust
from desk.core.risk.gate import Claim
from desk.core.risk.netting import Close
from desk.core.state import DeskState, Episode
from desk.model.effect import Crossed, Deleveraged, Severity
from desk.model.intent import Place
from desk.model.limits import AdlMode
from desk.model.order import OrderKind, OrderType, Side
from desk.model.tier import AdlTier
from desk.model.units import BPS, SECOND, ZERO, ClientOrderId, Nanos, SubId, Symbol
from desk.model.view import DeskMode

CALM_FOR: Final = Nanos(5 * SECOND)
"""How long an account has to be out of danger before it may take on risk again."""
STEPS_MAX: Final = 10
STEPS_WITHIN: Final = Nanos(10 * SECOND)
CLEAR_WITHIN: Final = Nanos(SECOND)
"""How long a step waits for the orders in its way to be gone."""
_ACTIVE: Final = modes.REDUCING | {DeskMode.RUNNING}


def judge(acts: Acts, sub: SubId, found: Standing, tier: AdlTier) -> None:
    """Take note of how an account stands now, and act on it."""
    state = acts.state
    nears = state.nears_judged
    episode = state.episodes.get(sub)
    if state.limits.adl is AdlMode.OFF or (episode is None and tier.rank < AdlTier.T1.rank):
        state.doubted.pop(sub, None)
        return
    if (episode is None or tier.rank > episode.tier.rank) and _is_doubted(acts, sub, found, tier):
        if episode is None:
            return
        tier = episode.tier
    elif episode is None:
        episode = _begin(acts, sub, found, tier)
    elif tier.rank > episode.tier.rank:
        acts.alert(Severity.ERROR, f"{_title(state, sub)} goes from {episode.tier} to {tier}: {_stands(found)}")
        episode.tier = tier
    if tier.rank >= AdlTier.T1.rank:
        episode.is_acting = True
    elif episode.tier is not AdlTier.T3 or not _tradable(state, found):
        episode.is_acting = episode.is_acting and nears is not None and not tiers.is_calm(found, nears)
    _count_calm(acts, episode, found)
    if episode.is_acting:
        _act(acts, episode, found)


def on_settled(acts: Acts, order: Order, found: Standing) -> None:
    """An order of ours that deleverages has ended and all its trades are booked: say what it has done."""
    state, spec = acts.state, order.spec
    episode = state.episodes.get(spec.sub)
    before = episode.ratios.pop(spec.symbol, None) if episode is not None else None
    if episode is None or before is None:
        return
    done = Deleveraged(
        ts=state.now,
        sub=spec.sub,
        symbol=spec.symbol,
        side=spec.side,
        tier=episode.tier,
        quantity=order.filled,
        price=order.average_price,
        ratio_before=before,
        ratio_after=found.ratio,
        order=spec.id,
    )
    acts.out.append(done)
    note(state, done)
    acts.alert(Severity.ERROR if order.filled else Severity.WARN, f"{_title(state, spec.sub)} {tell(done)}")


def note(state: DeskState, done: Deleveraged) -> None:
    """Keep what was done for the screen."""
    state.deleveraged.appendleft(done)


def tell(done: Deleveraged) -> str:
    """Say what one step has done."""
    did = "sold" if done.side is Side.SELL else "bought back"
    what = f"{did} {done.quantity} {done.symbol} @{done.price:.8g}" if done.price is not None else f"{did} nothing"
    return f"{done.tier}: {what}, ratio {percent(done.ratio_before)} to {percent(done.ratio_after)}"


def describe(episode: Episode) -> str:
    """Say in a few words what is being done."""
    if episode.held:
        return f"held: {episode.held}"
    if not episode.is_acting:
        return "at its target"
    return "closing" if episode.ratios else "clearing the way"


def percent(ratio: Decimal) -> str:
    """Return a margin ratio as text; ∞ once equity is gone."""
    return f"{ratio * 100:.2f} %" if ratio.is_finite() else "∞"


def _is_doubted(acts: Acts, sub: SubId, found: Standing, tier: AdlTier) -> bool:
    """Tell whether a tier rests on what one source alone states: it is no tier then, and that is said once."""
    state = acts.state
    problem = trust.doubt(state, [each.symbol for each in found.holdings])
    if problem and state.doubted.get(sub) != problem:
        state.doubted[sub] = problem
        acts.alert(Severity.ERROR, f"{_title(state, sub)} in {tier} is not deleveraged: {problem}")
    if not problem:
        state.doubted.pop(sub, None)
    return bool(problem)


def _begin(acts: Acts, sub: SubId, found: Standing, tier: AdlTier) -> Episode:
    """Nothing of the account may take on risk from here on: what could is cancelled."""
    state = acts.state
    episode = state.episodes[sub] = Episode(sub=sub, tier=tier, began=state.now)
    acts.alert(Severity.ERROR, f"{_title(state, sub)} is in {tier}: {_stands(found)}; it may only reduce")
    acts.stop_runs(f"deleveraging sub-account {sub}", sub)
    for order in list(state.open_orders(sub)):
        if not order.spec.closing:
            acts.cancel(order)
    return episode


def _count_calm(acts: Acts, episode: Episode, found: Standing) -> None:
    state = acts.state
    if episode.is_acting or not tiers.is_calm(found, state.nears_judged):
        episode.calm_since = None
    elif episode.calm_since is None:
        episode.calm_since = state.now
    elif state.now - episode.calm_since >= CALM_FOR:
        del state.episodes[episode.sub]
        acts.alert(Severity.WARN, f"{_title(state, episode.sub)} is out of danger: {_stands(found)}")


def _act(acts: Acts, episode: Episode, found: Standing) -> None:
    state = acts.state
    problem = _held_by_desk(state, episode) or trust.doubt(state, [each.symbol for each in found.holdings])
    if problem:
        _hold(acts, episode, problem)
        return
    decide = cuts.classic_steps if state.limits.adl is AdlMode.CLASSIC else cuts.steps
    terms = Terms(state.instruments, state.nears_judged, dict(_costs(state, found)))
    for cut in decide(found, episode.tier, terms):
        _step(acts, episode, cut, found)


def _costs(state: DeskState, found: Standing) -> Iterator[tuple[Symbol, Decimal]]:
    """Yield what closing each position costs now: a mark lags behind a touch that runs away."""
    for each in found.holdings:
        market = state.markets.get(each.symbol)
        if market is None or market.quote is None:
            continue
        sign = 1 if each.quantity > 0 else -1
        touch = market.quote.bid if sign > 0 else market.quote.ask
        lag = max(ZERO, (each.mark - touch) * sign / each.mark)
        yield each.symbol, cuts.cost_of(market.instrument) + lag


def _held_by_desk(state: DeskState, episode: Episode) -> str:
    if state.mode not in _ACTIVE:
        return f"the desk is {state.mode.value} ({state.mode_reason})"
    if not state.truth_known:
        return "the venue cannot be asked"
    lately = [at for at in episode.steps if state.now - at < STEPS_WITHIN]
    episode.steps = lately
    if len(lately) >= STEPS_MAX:
        return f"{STEPS_MAX} orders in {STEPS_WITHIN // SECOND} s have not been enough"
    return ""


def _hold(acts: Acts, episode: Episode, problem: str) -> None:
    """Say once why nothing is done."""
    if episode.held != problem:
        episode.held = problem
        acts.alert(Severity.ERROR, f"{_title(acts.state, episode.sub)} in {episode.tier} is not deleveraged: {problem}")


def _step(acts: Acts, episode: Episode, cut: Cut, found: Standing) -> None:
    state, sub = acts.state, episode.sub
    if (sub, cut.symbol) in state.flattens or not _is_clear(acts, episode, cut.symbol):
        return
    resting = exposure.closing_outstanding(state, sub, cut.symbol, cut.side)
    held = abs(state.accounts[sub].quantity(cut.symbol))
    left = min(cut.quantity, held - resting)
    if left <= ZERO:
        return
    episode.ratios[cut.symbol] = found.ratio
    outside, crossed = netting.split(Close(sub, cut.symbol, cut.side, left), state)
    for each in crossed:
        _cross(acts, episode, cut, each)
    if outside <= ZERO:
        return
    wish = Place(
        side=cut.side,
        quantity=outside,
        price=_worst(state, cut.symbol, cut.side),
        type=OrderType.MARKET,
        reduce_only=True,
    )
    refusal = acts.place(wish, Claim(sub=sub, symbol=cut.symbol, kind=OrderKind.DELEVERAGE))
    if refusal is not None:
        _hold(acts, episode, refusal.reason)
        return
    episode.held = ""
    episode.steps.append(state.now)
    did = "sells" if cut.side is Side.SELL else "buys back"
    acts.alert(
        Severity.WARN,
        f"{_title(state, sub)} {episode.tier}: {did} {outside} of {held} {cut.symbol}, {_stands(found)}",
    )


def _cross(acts: Acts, episode: Episode, cut: Cut, crossed: Crossed) -> None:
    """Book a close against another of our accounts: the venue's net is as it was."""
    state, sub = acts.state, episode.sub
    before = standings.of_sub(state, sub).ratio
    bookkeeping.apply_cross(state, crossed)
    acts.out.append(crossed)
    episode.steps.append(state.now)
    state.held_by_side = state.sides()
    other = crossed.buyer if crossed.seller == sub else crossed.seller
    done = Deleveraged(
        ts=state.now,
        sub=sub,
        symbol=cut.symbol,
        side=cut.side,
        tier=episode.tier,
        quantity=crossed.quantity,
        price=crossed.price,
        ratio_before=before,
        ratio_after=standings.of_sub(state, sub).ratio,
        order=ClientOrderId(f"{crossed.booking.value}-{crossed.number}"),
    )
    acts.out.append(done)
    note(state, done)
    acts.alert(Severity.ERROR, f"{_title(state, sub)} {tell(done)}; crossed inside the desk with {other}")


def _is_clear(acts: Acts, episode: Episode, symbol: Symbol) -> bool:
    """Cancel what the account has open in a symbol; tell whether it is gone, or has been waited for long enough.

    One of our own that takes is always waited for: its trades decide what is left to do.
    """
    state, sub = acts.state, episode.sub
    open_now = [each for each in state.orders_on(sub, symbol) if not each.is_settled]
    if any(each.spec.kind is OrderKind.DELEVERAGE for each in open_now):
        return False
    if not open_now:
        episode.clearing.pop(symbol, None)
        return True
    since = episode.clearing.setdefault(symbol, state.now)
    for each in sorted(open_now, key=lambda order: not order.spec.closing):
        acts.cancel(each)
    return state.now - since >= CLEAR_WITHIN


def _worst(state: DeskState, symbol: Symbol, side: Side) -> Decimal:
    """Return the worst price a step may pay: beyond mark and touch by the slip, within the venue's collar, on tick."""
    market, slip = state.markets[symbol], state.limits.market_slip_bps * BPS
    mark, touch = market.mark, market.touch(side.opposite)
    assert mark is not None  # trust.doubt has asked for both
    assert touch is not None
    instrument = market.instrument
    if side is Side.SELL:
        wanted = min(mark.price, touch) * (1 - slip)
        return instrument.round_up_to_tick(max(wanted, mark.price * instrument.collar_down))
    wanted = max(mark.price, touch) * (1 + slip)
    return instrument.round_down_to_tick(min(wanted, mark.price * instrument.collar_up))


def _tradable(state: DeskState, found: Standing) -> bool:
    return any(each.symbol in state.instruments for each in found.holdings)


def _title(state: DeskState, sub: SubId) -> str:
    return f"sub-account {state.accounts[sub].name}"


def _stands(found: Standing) -> str:
    near = [(away, each.symbol) for each in found.holdings if (away := tiers.distance(found, each.symbol)) is not None]
    closest = f", {min(near)[1]} {min(near)[0] * 100:.2f} % from liquidation" if near else ""
    return f"ratio {percent(found.ratio)}{closest}"
