"""Record ids: 15 characters that differ by case, and 3 more computed from their case (FACTS.md 3.8)."""

_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(given: str) -> str:
    """Return the 18-character form of a 15- or 18-character id: the only form that is stored and compared."""
    if len(given) != 15:
        return given
    blocks = (given[start : start + 5] for start in (0, 5, 10))
    return given + "".join(
        _SUFFIX[sum(1 << j for j, sign in enumerate(block) if "A" <= sign <= "Z")] for block in blocks
    )
