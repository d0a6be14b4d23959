"""The tables, each with what is written to it and read back by the sync."""
