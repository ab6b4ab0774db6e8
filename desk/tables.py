"""The simulator's tables: crashes, contests of the ways to execute, and scalpers with each protection off."""

import argparse
from concurrent.futures import ProcessPoolExecutor


def show(parsed: argparse.Namespace) -> None:
    """Print the table that was asked for."""
    if parsed.crashes:
        _crashes(parsed)
    elif parsed.contests:
        _contests(parsed)
    else:
        _scalpers(parsed)


def _crashes(parsed: argparse.Namespace) -> None:
    """Play every crash with each way to deleverage, on all cores; print the table."""
    from desk.exchange.crash import Crash
    from desk.model.limits import AdlMode
    from desk.sim.crashes import play, table

    first = 1 if parsed.seed is None else parsed.seed
    seeds = range(first, first + -(-parsed.crashes // len(Crash)))
    jobs = [(seed, crash, adl) for seed in seeds for crash in Crash for adl in AdlMode]
    with ProcessPoolExecutor() as pool:
        endings = list(pool.map(play, *zip(*jobs, strict=True), chunksize=8))
    print("crash    deleverage  accounts  liquidated  equity kept  at worst  orders")
    for row in table(endings):
        print(
            f"{row.crash:<8} {row.adl:<10} {row.accounts:>9} {row.liquidated:>11} {row.kept * 100:>10.1f} %"
            f" {row.worst * 100:>7.0f} % {row.orders:>7.1f}"
        )


def _contests(parsed: argparse.Namespace) -> None:
    """Work the same order each way, on so many seeded markets or on a recording; print the table."""
    from desk.sim.contests import Way, execute, execute_on, means

    if parsed.market is not None:
        results = [(way, each) for way in Way for each in execute_on(parsed.market, way)]
    else:
        jobs = [(seed, way) for seed in _seeds(parsed, parsed.contests) for way in Way]
        with ProcessPoolExecutor() as pool:
            results = list(zip([way for _, way in jobs], pool.map(execute, *zip(*jobs, strict=True)), strict=True))
    print("way                  orders  filled  slippage  fees  shortfall  maker  until the last fill")
    for row in means(results):
        each = row.result
        print(
            f"{row.way:<20} {row.orders:>6} {each.filled * 100:>5.0f} % {each.slippage:>+9.2f} {each.fees:>5.2f}"
            f" {each.shortfall:>+10.2f} {each.maker * 100:>4.0f} % {each.seconds:>10.1f} s"
        )


def _scalpers(parsed: argparse.Namespace) -> None:
    """Let scalpers work in each regime with each protection off; print the table."""
    from desk.sim.contests import Guard, Regime, scalp, scalped_means

    jobs = [(seed, regime, guard) for seed in _seeds(parsed, parsed.scalpers) for regime in Regime for guard in Guard]
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(scalp, *zip(*jobs, strict=True)))
    print("market  protections        runs  result  worst  drawdown  inventory  exits")
    for row in scalped_means([(regime, guard, each) for (_, regime, guard), each in zip(jobs, found, strict=True)]):
        print(
            f"{row.regime:<7} {row.guard:<17} {row.runs:>5} {row.mean.result:>+7.1f} {row.worst:>+6.0f}"
            f" {row.mean.drawdown:>9.1f} {row.mean.inventory:>10.3f} {row.mean.trips:>6.1f}"
        )


def _seeds(parsed: argparse.Namespace, count: int) -> range:
    first = 1 if parsed.seed is None else parsed.seed
    return range(first, first + count)
