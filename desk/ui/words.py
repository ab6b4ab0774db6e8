"""The words of the command line: its verbs with their usage, and the words each position may hold."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from desk.model.command import ChaseMode, OnCap, OnTtl, Peg
from desk.model.exits import Trigger
from desk.model.restart import OnRestart


class BlotterTab(StrEnum):
    """The tabs of the blotter."""

    POSITIONS = "positions"
    ORDERS = "orders"
    ALGOS = "algos"
    FILLS = "fills"
    LAYERS = "layers"
    CARDS = "cards"
    STREAMS = "streams"


class Verb(Struct, frozen=True):
    """One verb: how it is written, what it does, and an example that parses."""

    name: str
    usage: str
    summary: str
    example: str


_ORDER: Final = "QTY [SYMBOL] @PRICE|market [post] [reduce] [ioc|fok] [tp PRICE|Nbps] [sl PRICE|Nbps] [trigger mark|touch] [net Nbps|none]"
_CHASE: Final = (
    "chase buy|sell QTY [SYMBOL] [join|improve [N]|mid|opp] [offset Nt|Nbps] [maintain|trail] [cap PRICE|Nbps]"
    " [oncap hold|cancel|cross] [ttl 30s] [onttl cancel|keep|cross] [slip Nbps] [throttle 250ms] [show QTY]"
    " [tp PRICE|Nbps] [sl PRICE|Nbps] [trigger mark|touch] [net Nbps|none] [restart park|resume|cancel] [post] [reduce]"
)

VERBS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        verb.name: verb
        for verb in (
            Verb(
                "buy",
                f"buy {_ORDER}",
                "place a buy; QTY is 0.01, 0.01btc, 500usd or 25% of equity",
                "buy 500usd market",
            ),
            Verb(
                "sell", f"sell {_ORDER}", "place a sell; with reduce, 25% is of the position", "sell 0.01 @65000 post"
            ),
            Verb("chase", _CHASE, "follow the touch until filled", "chase buy 0.1 join cap 20bps ttl 2m"),
            Verb(
                "twap",
                "twap buy|sell QTY [SYMBOL] over 10m in N [chase|ioc] [limit PRICE] [slip Nbps] [catchup cap|spread|skip]"
                " [end leave|cross|extend] [tp PRICE|Nbps] [sl PRICE|Nbps] [reduce] [restart park|resume|cancel]",
                "trade in equal slices over a time",
                "twap buy 0.1 over 10m in 20",
            ),
            Verb(
                "scale",
                "scale buy|sell QTY [SYMBOL] from PRICE to PRICE in N [flat|asc|desc|exp] [ratio N] [linear|geom] [take]"
                " [tp PRICE|Nbps] [sl PRICE|Nbps]"
                " [reduce] [restart park|resume|cancel]",
                "rest a total at several prices",
                "scale buy 0.1 from 61000 to 61800 in 5",
            ),
            Verb(
                "scalper",
                "scalper QTY [SYMBOL] [both|bids|asks] [layers N] [from Nbps] [to Nbps] [target Nbps] [skew -1..1]"
                " [ref mid|micro|mark] [requote Nbps] [throttle 500ms] [delay 1500ms] [fills N] [notional N] [inventory N]"
                " [loss Nbps] [stop Nbps] [hold 10m] [ema off|observe|apply] [restart park|resume|cancel]",
                "quote layers around a reference and take every entry off at a target; QTY is one side's",
                "scalper 0.1 layers 5 from 2bps to 32bps target 4bps",
            ),
            Verb(
                "bracket",
                "bracket ALGO [tp PRICE|Nbps] [sl PRICE|Nbps] [trigger mark|touch] [net Nbps|none]",
                "guard what a run fills: take the profit, and get out at the stop",
                "bracket chase-3 tp 40bps sl 20bps",
            ),
            Verb(
                "cancel",
                "cancel [SYMBOL|all|everything|ORDER|last]",
                "cancel orders; alone: this sub and symbol",
                "cancel all",
            ),
            Verb(
                "flatten",
                "flatten [SYMBOL|all|everything|venue [SYMBOL]]",
                "cancel, then close at the market; venue: its net, whoever it belongs to",
                "flatten",
            ),
            Verb(
                "close", "close [QTY [SYMBOL] [@PRICE|market]]", "reduce a position; without QTY: flatten", "close 50%"
            ),
            Verb("amend", "amend ORDER|last [@PRICE] [QTY]", "move or resize a working order", "amend last @61800"),
            Verb(
                "edit",
                "edit ALGO [qty QTY] WORD VALUE ...",
                "change a run while it works, in the words it was started with; `none` takes a cap, ttl, show, tp or sl away",
                "edit chase-3 cap 30bps ttl 2m",
            ),
            Verb("stop", "stop ALGO|all", "end a run for good; its orders are cancelled", "stop all"),
            Verb("pause", "pause ALGO|all", "park a run; its order stays", "pause all"),
            Verb("resume", "resume ALGO|all|desk", "let a parked run go on; lift a halt", "resume desk"),
            Verb("kill", "kill [REASON]", "cancel every order and create none, until revived", "kill"),
            Verb("revive", "revive trade again", "lift a kill; the words are typed out", "revive trade again"),
            Verb("restrict", "restrict on|off", "let positions only be reduced, or lift that", "restrict on"),
            Verb(
                "limit",
                "limit NAME VALUE",
                "move a limit, within its bounds: `help limit` has the names",
                "limit leverage 5",
            ),
            Verb(
                "unlock",
                "unlock SUB trade again",
                "lift a loss-lock; the words are typed out",
                "unlock 1 trade again",
            ),
            Verb("requery", "requery", "ask the venue for the whole account, now", "requery"),
            Verb(
                "transfer",
                "transfer AMOUNT from SUB to SUB",
                "move cash between accounts",
                "transfer 500usd from 1 to 2",
            ),
            Verb(
                "cross",
                "cross QTY [SYMBOL] from SUB to SUB @PRICE",
                "one account sells to another inside the touch, past the venue and without a fee",
                "cross 0.01 btc from 1 to 2 @61842.5",
            ),
            Verb(
                "allocate",
                "allocate QTY [SYMBOL] to SUB",
                "give what UNALLOCATED holds to a sub-account, at its entry price",
                "allocate 0.01 btc to 2",
            ),
            Verb(
                "adjust",
                "adjust SUB [SYMBOL] -QTY @PRICE because REASON",
                "book an estimated close against UNALLOCATED, marked EST",
                "adjust 1 btc -0.01 @61800 because closed by the venue",
            ),
            Verb("revert", "revert adjust NUMBER", "take an estimate back", "revert adjust 3"),
            Verb("sub", "sub ID|NAME", "choose the sub-account", "sub 2"),
            Verb("symbol", "symbol SYMBOL", "choose the symbol", "symbol eth"),
            Verb("tab", "tab positions|orders|algos|fills|layers|cards", "show a tab of the blotter", "tab orders"),
            Verb("wait", "wait 5s", "wait before the rest of the line", "wait 500ms"),
            Verb("help", "help [VERB]", "explain the keys and verbs", "help chase"),
            Verb("quit", "quit [cancel|flatten]", "leave the desk; cancel or close everything first", "quit"),
        )
    }
)

ALL: Final = "all"
EVERYTHING: Final = "everything"
LAST: Final = "last"
DESK: Final = "desk"
MARKET: Final = "market"
POST: Final = "post"
VENUE: Final = "venue"
REDUCE: Final = "reduce"
IOC: Final = "ioc"
FOK: Final = "fok"

ORDER_FLAGS: Final = (MARKET, POST, REDUCE, IOC, FOK)
PEGS: Final = tuple(peg.value for peg in Peg)
MODES: Final = tuple(mode.value for mode in ChaseMode)
CHASE_FLAGS: Final = (POST, REDUCE)

EXIT_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "tp": ("20bps", "40bps"),
        "sl": ("20bps", "40bps"),
        "trigger": tuple(each.value for each in Trigger),
        "net": ("25bps", "none"),
    }
)
"""Words of an order that take a value, with the values a completion offers."""

CHASE_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "offset": ("1t", "2bps"),
        "cap": ("10bps", "20bps"),
        "oncap": tuple(each.value for each in OnCap),
        "ttl": ("30s", "2m"),
        "onttl": tuple(each.value for each in OnTtl),
        "slip": ("5bps",),
        "throttle": ("250ms",),
        "show": ("0.01",),
        **EXIT_OPTIONS,
        "restart": tuple(each.value for each in OnRestart),
    }
)
"""Options that take a value, with the values a completion offers."""

CHASE_WORDS: Final = (*PEGS, *MODES, *CHASE_OPTIONS, *CHASE_FLAGS)
