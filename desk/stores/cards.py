"""The execution cards of a journal, read beside the desk that writes it."""

import asyncio
import sqlite3
from pathlib import Path

import aiosqlite

from desk.model.card import Card
from desk.model.effect import CardWritten
from desk.model.error import BadInput
from desk.model.units import AlgoId
from desk.stores.records import decode


def read_cards(path: Path) -> list[Card]:
    """Return the cards of the journal at `path`, oldest first; raise BadInput where there is no journal to be read."""
    if not path.exists():
        raise BadInput(f"{path}: expected a journal of the desk, found no file")
    return asyncio.run(_read(f"{path.absolute().as_uri()}?mode=ro", path.name))


async def _read(uri: str, name: str) -> list[Card]:
    cards: dict[AlgoId, Card] = {}
    try:
        async with aiosqlite.connect(uri, uri=True) as db:
            for (body,) in await db.execute_fetchall(
                "SELECT body FROM journal WHERE kind = ? ORDER BY seq", (CardWritten.__name__,)
            ):
                written = decode(body)
                assert isinstance(written, CardWritten)  # its kind says so
                cards[written.card.algo] = written.card
    except sqlite3.Error as error:
        raise BadInput(f"{name}: expected a readable journal, found: {error}") from error
    return list(cards.values())
