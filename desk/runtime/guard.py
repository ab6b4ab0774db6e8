"""The last guard: whatever breaks the desk, the trader reads one sentence and where the traceback is."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from desk.model.error import DeskBroke, DeskError
from desk.runtime.logs import GUARD

_LOG: Final = logging.getLogger(GUARD)


@contextmanager
def one_sentence(log: Path | None) -> Iterator[None]:
    """Turn an error nobody expected into DeskBroke, its traceback into an entry of the log (without the locals: they may
    hold a secret); what the desk raises on purpose passes."""
    try:
        yield
    except DeskError:
        raise
    except Exception as error:  # noqa: BLE001  # the last guard of the process
        _LOG.critical("the desk broke", exc_info=True)
        where = f"the traceback is in {log}" if log is not None else "a replay keeps no log of it"
        raise DeskBroke(f"the desk broke: {type(error).__name__}: {error}; {where}") from None
