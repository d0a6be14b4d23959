"""Record ids: 15 case-sensitive characters, and 3 more computed from their case (FACTS.md 3.8)."""

from sync.sandbox.salesforce.errors import SalesforceError

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_POD = "Kv"


def suffix(short: str) -> str:
    """Return the three characters that follow a 15-character id: bit j of a block is set by a capital."""
    blocks = (short[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _SUFFIX[sum(1 << place for place, char in enumerate(block) if "A" <= char <= "Z")] for block in blocks
    )


def make_id(prefix: str, number: int) -> str:
    """Return the 18-character id number `number` of a kind; `prefix` is its key prefix."""
    digits = ""
    while number:
        number, place = divmod(number, len(_DIGITS))
        digits = _DIGITS[place] + digits
    short = f"{prefix}{_POD}{digits:0>{13 - len(prefix)}}"
    return short + suffix(short)


def long_id(text: str) -> str:
    """Return the 18-character form of a 15- or 18-character id; refuses anything else with MALFORMED_ID."""
    short = text[:15]
    sound = len(text) in (15, 18) and all(char in _DIGITS for char in short)
    if not sound or (len(text) == 18 and text[15:].upper() != suffix(short)):
        raise SalesforceError(400, "MALFORMED_ID", f"malformed id {text}", [])
    return short + suffix(short)


def is_id(text: str) -> bool:
    """Say whether a text is a sound id."""
    try:
        long_id(text)
    except SalesforceError:
        return False
    return True
