"""Lists of names, written as one text so that a long list stays short to read."""


def words(names: str) -> tuple[str, ...]:
    """Return the names of a text, separated by blanks."""
    return tuple(names.split())
