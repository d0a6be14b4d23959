"""Lists of names, written as one text so that they read as the sheets have them."""


def words(names: str) -> tuple[str, ...]:
    """Return the names of a text, separated by blanks."""
    return tuple(names.split())
