"""The store: the only owner of the DuckDB file, and what other processes may read of it."""
