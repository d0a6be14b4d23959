"""The real store, for tests that open it by the hundred and ask it thousands of small questions."""

import shutil
from functools import cache
from pathlib import Path

import duckdb

from sync.store.database import Store
from sync.store.folder import FILE
from tests.memory import memory_folder


class QuickStore(Store):
    """Begins as a copy of an empty store, and optimises nothing: its tables have some ten rows."""

    def _connect(self) -> duckdb.DuckDBPyConnection:
        if not self.path.exists():
            shutil.copyfile(_empty_database(), self.path)
        connection = super()._connect()
        connection.execute("PRAGMA disable_optimizer")
        return connection


@cache
def _empty_database() -> Path:
    made = memory_folder() / "empty"
    Store(made).close()
    return made / FILE
