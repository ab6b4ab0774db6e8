"""Events of the market streams ("Websocket Market Streams"). `E` is when an event was made, `T` when it happened."""

from msgspec import UNSET, Struct, UnsetType, field

UM = 1
"""`st`: USDⓈ-M, since the streams of both margin kinds were joined."""


class BookTicker(Struct, tag="bookTicker", tag_field="e"):
    """`<symbol>@bookTicker`: the touch."""

    u: int
    E: int
    T: int
    s: str
    b: str
    B: str
    a: str
    A: str
    ps: str = ""
    st: int = UM


class DepthUpdate(Struct, tag="depthUpdate", tag_field="e"):
    """`<symbol>@depth`: changed levels; with a number behind it, the first levels whole."""

    E: int
    T: int
    s: str
    U: int
    u: int
    pu: int
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    ps: str = ""
    st: int = UM


class AggTrade(Struct, tag="aggTrade", tag_field="e"):
    """`<symbol>@aggTrade`: the trades of one taker at one price."""

    E: int
    s: str
    a: int
    p: str
    q: str
    f: int
    l: int  # noqa: E741 - the venue's name
    T: int
    m: bool
    nq: str = ""
    st: int = UM


class Trade(Struct, tag="trade", tag_field="e"):
    """`<symbol>@trade`: one trade."""

    E: int
    T: int
    s: str
    t: int
    p: str
    q: str
    m: bool
    X: str = "MARKET"


class MarkPrice(Struct, tag="markPriceUpdate", tag_field="e"):
    """`<symbol>@markPrice`: `p` mark, `i` index, `r` funding rate, `T` the next funding."""

    E: int
    s: str
    p: str
    i: str
    r: str
    T: int
    P: str = ""
    ap: str = ""
    st: int = UM


class Candle(Struct):
    """One candle of a kline event; that of a continuous contract names no symbol."""

    t: int
    T: int
    i: str
    f: int
    L: int
    o: str
    c: str
    h: str
    l: str  # noqa: E741 - the venue's name
    v: str
    n: int
    x: bool
    q: str
    V: str
    Q: str
    s: str = ""
    B: str = "0"


class Kline(Struct, tag="kline", tag_field="e"):
    """`<symbol>@kline_<interval>`."""

    E: int
    s: str
    k: Candle


class ContinuousKline(Struct, tag="continuous_kline", tag_field="e"):
    """`<pair>_<contract type>@continuousKline_<interval>`."""

    E: int
    ps: str
    ct: str
    k: Candle


class Ticker(Struct, tag="24hrTicker", tag_field="e"):
    """`<symbol>@ticker`."""

    E: int
    s: str
    p: str
    P: str
    w: str
    c: str
    Q: str
    o: str
    h: str
    l: str  # noqa: E741 - the venue's name
    v: str
    q: str
    O: int  # noqa: E741 - the venue's name
    C: int
    F: int
    L: int
    n: int
    ps: str = ""
    st: int = UM


class MiniTicker(Struct, tag="24hrMiniTicker", tag_field="e"):
    """`<symbol>@miniTicker`."""

    E: int
    s: str
    c: str
    o: str
    h: str
    l: str  # noqa: E741 - the venue's name
    v: str
    q: str
    ps: str = ""
    st: int = UM


class Liquidation(Struct):
    """The order of a forced closing."""

    s: str
    S: str
    o: str
    f: str
    q: str
    p: str
    ap: str
    X: str
    l: str  # noqa: E741 - the venue's name
    z: str
    T: int


class ForceOrder(Struct, tag="forceOrder", tag_field="e"):
    """`<symbol>@forceOrder`: the largest of a second."""

    E: int
    o: Liquidation
    ps: str = ""
    st: int = UM


class ContractInfo(Struct, tag="contractInfo", tag_field="e"):
    """`!contractInfo`: a symbol's rules or status have changed."""

    E: int
    s: str
    ps: str
    ct: str
    dt: int
    ot: int
    cs: str
    st: int = UM


MarketEvent = (
    BookTicker
    | DepthUpdate
    | AggTrade
    | Trade
    | MarkPrice
    | Kline
    | ContinuousKline
    | Ticker
    | MiniTicker
    | ForceOrder
    | ContractInfo
)


class Subscribed(Struct):
    """The answer to SUBSCRIBE and UNSUBSCRIBE, with the request's own id."""

    result: None
    id: int | str | None


class Told(Struct):
    """The answer to LIST_SUBSCRIPTIONS and the properties."""

    result: list[str] | bool
    id: int | str | None


class Mistake(Struct):
    """What was wrong with a control message."""

    code: int
    msg: str


class Refusal(Struct):
    """The answer to a control message that is wrong."""

    error: Mistake
    id: int | str | UnsetType | None = field(default=UNSET)
