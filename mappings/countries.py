"""Countries as people write them: an ISO code, or a name in English or Swedish."""

from functools import cache

from babel import Locale

# Regions and made-up codes among CLDR's territories that are no country of ISO 3166.
_NO_COUNTRY = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"})
_ALSO = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "storbritannien": "GB",
    "usa": "US",
    "united states of america": "US",
    "holland": "NL",
    "czech republic": "CZ",
    "turkey": "TR",
    "ireland": "IE",
}


def country_code(text: str) -> str | None:
    """Return the two-letter ISO code of a country's code or name, None for anything else."""
    written = text.strip()
    if written.upper() in _codes():
        return written.upper()
    return _names().get(written.casefold())


@cache
def _codes() -> frozenset[str]:
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY)


@cache
def _names() -> dict[str, str]:
    found = {Locale(tongue).territories[code].casefold(): code for tongue in ("en", "sv") for code in _codes()}
    return found | _ALSO
