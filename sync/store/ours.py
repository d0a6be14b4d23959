"""Whether a database is one that Kvitt made: known before it is adopted, whole or not at all."""

import duckdb

# What every version of the store has had.
_TABLES = frozenset({"meta", "flows", "runs", "cursors", "records", "record_versions", "links", "operations", "events"})


def is_empty(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether nothing was ever made in a database."""
    made = "SELECT 1 FROM duckdb_tables() UNION ALL SELECT 1 FROM duckdb_views() WHERE NOT internal LIMIT 1"
    return connection.execute(made).fetchone() is None


def version_of(connection: duckdb.DuckDBPyConnection) -> int | None:
    """Return the schema version of a store of Kvitt's, None for any other database."""
    named = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"
    if not {str(row[0]) for row in connection.execute(named).fetchall()} >= _TABLES:
        return None
    try:
        row = connection.execute("SELECT content FROM meta WHERE name = 'schema_version'").fetchone()
        return int(row[0]) if row else None
    except (duckdb.CatalogException, duckdb.BinderException, ValueError):
        return None
