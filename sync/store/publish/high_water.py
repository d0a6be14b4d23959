"""The mark of the last intent, in a file of its own beside the database.

A database can come back older than it was without an error: its log lost, cut or flipped, a copy restored,
the folder emptied (ARCHITECTURE.md: recovery). What was sent meanwhile it does not know; this mark tells.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sync.store.database import Store
from sync.store.folder import StoreError

FILE = "high_water"
_WIDTH = 64


@dataclass(frozen=True)
class Mark:
    """The number of the last intent and when it was made (UTC)."""

    number: int
    made_at: datetime


class HighWater:
    """Written after the intent is committed and before a byte of it is sent; on the disk when `raise_to` returns."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE

    def read(self) -> Mark | None:
        """Return the mark; None where there is none or it cannot be read, which means the same: nothing is known."""
        try:
            number, made_at = self._path.read_text(encoding="ascii").split()
            return Mark(int(number), datetime.fromisoformat(made_at))
        except (OSError, ValueError):
            return None

    def raise_to(self, number: int, now: datetime) -> None:
        """Remember an intent. Raises StoreError: what cannot be remembered must not be sent."""
        line = f"{number} {now.isoformat()}".ljust(_WIDTH) + "\n"
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(file, line.encode("ascii"), 0)
                os.fdatasync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror}. Nothing is sent.") from None


def count_intent(store: Store) -> int:
    """Give the next intent its number; in the transaction that stores the intent."""
    return int(store.one("count_intent"))


def last_intent(store: Store) -> int:
    """Return the number of the last intent that the store knows, 0 when there was none."""
    return int(store.one("get_meta", {"name": "intents"}) or 0)
