"""Events of the user stream ("User Data Streams")."""

from msgspec import UNSET, Struct, UnsetType


class Order(Struct):
    """`o` of ORDER_TRADE_UPDATE: `x` is what happened, `X` what the order is now, `z` all that is filled."""

    s: str
    c: str
    S: str
    o: str
    f: str
    q: str
    p: str
    ap: str
    x: str
    X: str
    i: int
    l: str  # noqa: E741 - the venue's name
    z: str
    L: str
    T: int
    t: int
    b: str
    a: str
    m: bool
    R: bool
    wt: str
    ot: str
    ps: str
    cp: bool
    rp: str
    sp: str = "0"
    pP: bool = False
    si: int = 0
    ss: int = 0
    V: str = "NONE"
    pm: str = "NONE"
    gtd: int = 0
    er: str = "0"
    N: str | UnsetType | None = UNSET
    n: str | UnsetType = UNSET
    M: int | UnsetType = UNSET
    AP: str | UnsetType = UNSET
    cr: str | UnsetType = UNSET


class OrderTradeUpdate(Struct, tag="ORDER_TRADE_UPDATE", tag_field="e"):
    """Something has happened to an order."""

    T: int
    E: int
    o: Order


class Balance(Struct):
    """`B`: wallet, cross wallet, and the change by neither profit nor commission."""

    a: str
    wb: str
    cw: str
    bc: str = "0"


class Position(Struct):
    """`P`: amount, entry, break-even, realised so far, unrealised."""

    s: str
    pa: str
    ep: str
    cr: str
    up: str
    mt: str
    iw: str
    ps: str
    bep: str = "0"
    ma: str = "USDT"


class Account(Struct):
    """What has changed of the account, and why."""

    m: str
    B: list[Balance] = []
    P: list[Position] = []
    S: str | UnsetType = UNSET


class AccountUpdate(Struct, tag="ACCOUNT_UPDATE", tag_field="e"):
    """Cash or positions have changed."""

    E: int
    T: int
    a: Account


class TradeLite(Struct, tag="TRADE_LITE", tag_field="e"):
    """A trade, told early: no fee, no sum, no status."""

    E: int
    T: int
    s: str
    q: str
    p: str
    m: bool
    c: str
    S: str
    L: str
    l: str  # noqa: E741 - the venue's name
    t: int
    i: int


class Leverage(Struct):
    """A symbol's leverage."""

    s: str
    l: int  # noqa: E741 - the venue's name


class Mode(Struct):
    """Whether several assets margin together."""

    j: bool


class ConfigUpdate(Struct, tag="ACCOUNT_CONFIG_UPDATE", tag_field="e"):
    """A setting has changed."""

    E: int
    T: int
    ac: Leverage | UnsetType = UNSET
    ai: Mode | UnsetType = UNSET


class Called(Struct):
    """A position that needs more margin."""

    s: str
    ps: str
    pa: str
    mt: str
    iw: str
    mp: str
    up: str
    mm: str


class MarginCall(Struct, tag="MARGIN_CALL", tag_field="e"):
    """Positions are near their liquidation."""

    E: int
    p: list[Called]
    cw: str = "0"


class KeyExpired(Struct, tag="listenKeyExpired", tag_field="e"):
    """The stream's key has run out; nothing comes any more."""

    E: int | str
    listenKey: str = ""


class Algo(Struct):
    """`o` of ALGO_UPDATE."""

    caid: str
    aid: int
    at: str
    o: str
    s: str
    S: str
    ps: str
    f: str
    q: str
    X: str
    ai: str
    ap: str
    aq: str
    act: str
    tp: str
    p: str
    V: str
    wt: str
    pm: str
    cp: bool
    pP: bool
    R: bool
    tt: int
    gtd: int
    rm: str
    ia: bool = False


class AlgoUpdate(Struct, tag="ALGO_UPDATE", tag_field="e"):
    """Something has happened to a conditional order."""

    T: int
    E: int
    o: Algo


UserEvent = OrderTradeUpdate | AccountUpdate | TradeLite | ConfigUpdate | MarginCall | KeyExpired | AlgoUpdate
