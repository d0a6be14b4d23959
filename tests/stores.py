"""The real store, made for tests that ask it thousands of small questions: opened from a ready copy, not optimising."""

import os
import shutil
import tempfile
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path

import duckdb

from sync.store.database import FILE, Store


class QuickStore(Store):
    """The real store, whose tables are so small that planning how to read them costs more than reading them."""

    def _connect(self) -> duckdb.DuckDBPyConnection:
        if not self.path.exists():
            shutil.copyfile(_empty_database(), self.path)
        connection = super()._connect()
        connection.execute("PRAGMA disable_optimizer")
        return connection


@cache
def memory_folder() -> Path:
    """Return a folder for what many tests of this process use, in memory where the machine has room there."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="kvitt-sim-", dir=memory if os.access(memory, os.W_OK) else None))
    # Unlike atexit, this is done in the soak's worker processes too.
    Finalize(None, shutil.rmtree, (made,), {"ignore_errors": True}, exitpriority=0)
    return made


@cache
def _empty_database() -> Path:
    """Return the file of a store that holds nothing."""
    made = memory_folder() / "empty"
    Store(made).close()
    return made / FILE
