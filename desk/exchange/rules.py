"""The practice instruments: filters, fees and margin brackets."""

from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.instrument import Bracket, Instrument
from desk.model.units import Symbol


class _Tier(Struct, frozen=True):
    floor: int
    leverage: int
    rate: str
    cum: int


# One row a tier: notional floor in quote currency, most leverage, maintenance rate, cum. The next row's floor is the cap.
_BTC_TIERS: Final = (
    _Tier(0, 150, "0.004", 0),
    _Tier(300_000, 100, "0.005", 300),
    _Tier(800_000, 75, "0.0065", 1_500),
    _Tier(3_000_000, 50, "0.01", 12_000),
    _Tier(12_000_000, 25, "0.02", 132_000),
    _Tier(70_000_000, 20, "0.025", 482_000),
    _Tier(100_000_000, 10, "0.05", 2_982_000),
    _Tier(230_000_000, 5, "0.1", 14_482_000),
    _Tier(480_000_000, 4, "0.125", 26_482_000),
    _Tier(600_000_000, 3, "0.15", 41_482_000),
    _Tier(800_000_000, 2, "0.25", 121_482_000),
    _Tier(1_200_000_000, 1, "0.5", 421_482_000),
)
_ETH_TIERS: Final = (
    _Tier(0, 150, "0.004", 0),
    _Tier(300_000, 100, "0.005", 300),
    _Tier(800_000, 75, "0.0065", 1_500),
    _Tier(3_000_000, 50, "0.01", 12_000),
    _Tier(12_000_000, 25, "0.02", 132_000),
    _Tier(50_000_000, 20, "0.025", 382_000),
    _Tier(65_000_000, 10, "0.05", 2_007_000),
    _Tier(150_000_000, 5, "0.1", 9_507_000),
    _Tier(320_000_000, 4, "0.125", 17_507_000),
    _Tier(400_000_000, 3, "0.15", 27_507_000),
    _Tier(530_000_000, 2, "0.25", 80_507_000),
    _Tier(800_000_000, 1, "0.5", 280_507_000),
)
_SOL_TIERS: Final = (
    _Tier(0, 100, "0.005", 0),
    _Tier(50_000, 75, "0.0065", 75),
    _Tier(400_000, 50, "0.01", 1_475),
    _Tier(1_000_000, 25, "0.02", 11_475),
    _Tier(4_000_000, 20, "0.025", 31_475),
    _Tier(8_000_000, 10, "0.05", 231_475),
    _Tier(40_000_000, 5, "0.1", 2_231_475),
    _Tier(80_000_000, 4, "0.125", 4_231_475),
    _Tier(100_000_000, 2, "0.25", 16_731_475),
    _Tier(200_000_000, 1, "0.5", 66_731_475),
)


def practice_instruments() -> tuple[Instrument, ...]:
    """Return what the practice exchange trades."""
    return (
        _perpetual(
            "BTC",
            tick="0.10",
            lot="0.001",
            quantity_max=1_000,
            market_quantity_max=120,
            notional_min=50,
            brackets=_brackets(_BTC_TIERS, 1_800_000_000),
        ),
        _perpetual(
            "ETH",
            tick="0.01",
            lot="0.001",
            quantity_max=10_000,
            market_quantity_max=2_000,
            notional_min=20,
            brackets=_brackets(_ETH_TIERS, 1_200_000_000),
        ),
        _perpetual(
            "SOL",
            tick="0.01",
            lot="0.01",
            quantity_max=1_000_000,
            market_quantity_max=6_000,
            notional_min=5,
            brackets=_brackets(_SOL_TIERS, 400_000_000),
        ),
    )


def _perpetual(
    base: str,
    *,
    tick: str,
    lot: str,
    quantity_max: int,
    market_quantity_max: int,
    notional_min: int,
    brackets: tuple[Bracket, ...],
) -> Instrument:
    return Instrument(
        symbol=Symbol(f"{base}USDT"),
        base=base,
        quote="USDT",
        tick_size=Decimal(tick),
        lot_size=Decimal(lot),
        quantity_min=Decimal(lot),
        quantity_max=Decimal(quantity_max),
        market_quantity_max=Decimal(market_quantity_max),
        notional_min=Decimal(notional_min),
        collar_up=Decimal("1.05"),
        collar_down=Decimal("0.95"),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.0005"),
        brackets=brackets,
    )


def _brackets(tiers: tuple[_Tier, ...], cap: int) -> tuple[Bracket, ...]:
    caps = [*(tier.floor for tier in tiers[1:]), cap]
    return tuple(
        Bracket(Decimal(tier.floor), Decimal(top), Decimal(tier.rate), Decimal(tier.cum), tier.leverage)
        for tier, top in zip(tiers, caps, strict=True)
    )
