"""Country names in English to ISO 3166 codes, and the VAT type a country means for a Swedish seller."""

from functools import cache

from babel import Locale

from sync.sandbox.words import words

_OTHER_NAMES = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "u.s.a.": "US",
    "u.s.": "US",
    "united states of america": "US",
    "america": "US",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "turkey": "TR",
    "russian federation": "RU",
    "south korea": "KR",
    "republic of korea": "KR",
    "north korea": "KP",
    "viet nam": "VN",
    "ivory coast": "CI",
    "cote d'ivoire": "CI",
    "burma": "MM",
    "myanmar": "MM",
    "swaziland": "SZ",
    "macedonia": "MK",
    "cape verde": "CV",
    "east timor": "TL",
    "hong kong": "HK",
    "macau": "MO",
    "macao": "MO",
    "palestine": "PS",
    "uae": "AE",
    "bosnia and herzegovina": "BA",
    "slovak republic": "SK",
    "moldova, republic of": "MD",
    "iran, islamic republic of": "IR",
    "tanzania, united republic of": "TZ",
    "taiwan, province of china": "TW",
    "dr congo": "CD",
    "congo": "CG",
}
_NO_COUNTRIES = frozenset(("EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"))
_EU = frozenset(words("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SI SK"))


def country_code(name: str) -> str:
    """Return the ISO 3166 code of a country's English name or code, "" for what is neither."""
    text = name.strip()
    if len(text) == 2 and text.upper() in _codes().values():
        return text.upper()
    return _codes().get(_plain(text), "")


def vat_type(code: str) -> str:
    """Return Fortnox's VATType by country (ARCHITECTURE.md: the worlds): Sweden SEVAT, EU EUVAT, the rest EXPORT."""
    if code == "SE":
        return "SEVAT"
    return "EUVAT" if code in _EU else "EXPORT"


def _plain(name: str) -> str:
    return name.casefold().replace("’", "'").replace("&", "and").replace("st.", "saint")


@cache
def _codes() -> dict[str, str]:
    """Return codes by plain name, from the Unicode locale data."""
    names = Locale("en").territories
    codes = {
        _plain(name): code
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }
    return {**codes, **_OTHER_NAMES}
