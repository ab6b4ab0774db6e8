"""`python -m desk`."""

import sys

from desk.cli import main


def run() -> None:
    """Enter at the command line and leave with its exit code."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
