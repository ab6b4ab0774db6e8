"""Every kind of algo by its parameters and by its memo: how a run begins, and how it comes back."""

from typing import assert_never

from msgspec import structs

from desk.core.algos.base import Algo
from desk.core.algos.bracket import Bracket, BracketMemo
from desk.core.algos.chase import Chase, ChaseMemo
from desk.core.algos.scale import Scale, ScaleMemo
from desk.core.algos.scalper import Scalper
from desk.core.algos.trips import ScalperMemo
from desk.core.algos.twap import Twap, TwapMemo, slices_of
from desk.model.command import ChaseSpec
from desk.model.exits import BracketSpec
from desk.model.instrument import Instrument
from desk.model.market import Quote
from desk.model.program import ScaleSpec, ScalperSpec, TwapSpec
from desk.model.units import AlgoId, Nanos

RunSpec = ChaseSpec | TwapSpec | ScaleSpec | ScalperSpec | BracketSpec
RunMemo = ChaseMemo | TwapMemo | ScaleMemo | ScalperMemo | BracketMemo


def name_of(spec: RunSpec) -> str:
    """Return the word that the ids of its runs begin with."""
    match spec:
        case ChaseSpec():
            return "chase"
        case TwapSpec():
            return "twap"
        case ScaleSpec():
            return "scale"
        case ScalperSpec():
            return "scalper"
        case BracketSpec():
            return "bracket"
        case _:
            assert_never(spec)


def settled(spec: RunSpec, arrival: Quote, instrument: Instrument) -> RunSpec:
    """Return the parameters as they will hold: what the venue's rules make of them is decided once, at the start."""
    if isinstance(spec, TwapSpec):
        return structs.replace(spec, slices=max(1, slices_of(spec, instrument, arrival.mid)))
    return spec


def begun(algo: AlgoId, spec: RunSpec, arrival: Quote, now: Nanos) -> Algo:
    """Return a new run."""
    match spec:
        case ChaseSpec():
            return Chase(ChaseMemo(id=algo, spec=spec, arrival=arrival, started=now))
        case TwapSpec():
            return Twap(TwapMemo(id=algo, spec=spec, arrival=arrival, started=now))
        case ScaleSpec():
            return Scale(ScaleMemo(id=algo, spec=spec, arrival=arrival, started=now))
        case ScalperSpec():
            return Scalper(ScalperMemo(id=algo, spec=spec, arrival=arrival, started=now))
        case BracketSpec():
            return Bracket(BracketMemo(id=algo, spec=spec, arrival=arrival, started=now))
        case _:
            assert_never(spec)


def revived(memo: RunMemo) -> Algo:
    """Return the run that was saved."""
    match memo:
        case ChaseMemo():
            return Chase(memo)
        case TwapMemo():
            return Twap(memo)
        case ScaleMemo():
            return Scale(memo)
        case ScalperMemo():
            return Scalper(memo)
        case BracketMemo():
            return Bracket(memo)
        case _:
            assert_never(memo)
