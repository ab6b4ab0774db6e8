"""Figures as a table: what was measured, in which unit."""

from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which `percent` of the measured values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def show(capsys, title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Print a table past pytest's capture."""
    width = max(len(name) for name, _ in rows)
    lines = [f"\n{title}", *(f"  {name.ljust(width)}  {figure}" for name, figure in rows)]
    with capsys.disabled():
        print("\n".join(lines))
