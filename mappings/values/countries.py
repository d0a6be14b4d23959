"""Countries as people and CRMs write them, read in one place: an ISO code, or a name in English or Swedish."""

import unicodedata
from functools import cache

from babel import Locale
from babel.core import get_global

# Regions and made-up codes among CLDR's territories that are no country of ISO 3166.
_NO_COUNTRY = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"})
# The member states but Sweden, where another rule of VAT holds than in the rest of the world.
_OTHER_EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SI SK".split()  # noqa: SIM905
)
# What people write beside the names of the Unicode locale data: older names, ISO's formal ones, each one's own.
_ALSO: dict[str, str] = {
    "el": "GR", "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "united kingdom of great britain and northern ireland": "GB",
    "förenade kungariket": "GB", "skottland": "GB", "nordirland": "GB",
    "usa": "US", "united states of america": "US", "america": "US", "förenta staterna": "US",
    "amerikas förenta stater": "US", "holland": "NL", "netherlands": "NL", "czech republic": "CZ",
    "tjeckiska republiken": "CZ", "slovak republic": "SK", "turkey": "TR", "ireland": "IE", "eire": "IE",
    "republic of ireland": "IE", "russian federation": "RU", "south korea": "KR", "republic of korea": "KR",
    "korea, republic of": "KR", "north korea": "KP", "korea, democratic people’s republic of": "KP",
    "viet nam": "VN", "ivory coast": "CI", "cote d’ivoire": "CI", "burma": "MM", "myanmar": "MM",
    "swaziland": "SZ", "macedonia": "MK", "macedonia, the former yugoslav republic of": "MK",
    "makedonien": "MK", "cape verde": "CV", "east timor": "TL", "timor-leste": "TL", "hong kong": "HK",
    "macau": "MO", "macao": "MO", "palestine": "PS", "palestine, state of": "PS", "uae": "AE",
    "moldova, republic of": "MD", "iran, islamic republic of": "IR", "tanzania, united republic of": "TZ",
    "taiwan, province of china": "TW", "bolivia, plurinational state of": "BO",
    "venezuela, bolivarian republic of": "VE", "micronesia, federated states of": "FM",
    "lao people’s democratic republic": "LA", "syrian arab republic": "SY", "brunei darussalam": "BN",
    "holy see (vatican city state)": "VA", "virgin islands, british": "VG", "virgin islands, us": "VI",
    "dr congo": "CD", "congo, democratic republic of the": "CD", "congo, the democratic republic of the": "CD",
    "congo": "CG", "vitryssland": "BY", "deutschland": "DE", "danmark": "DK", "norge": "NO", "suomi": "FI",
    "österreich": "AT", "españa": "ES", "italia": "IT", "polska": "PL", "nederland": "NL", "eesti": "EE",
}  # fmt: skip

# Accents, and signs that cannot be seen.
_SIGNS = frozenset({"Mn", "Cf"})


def country_code(text: str) -> str | None:
    """Return the two-letter ISO code of a country's code (of two or three letters) or name, None for anything else."""
    written = _plain(text)
    code = written.upper()
    if code in _codes():
        return code
    return _names().get(written) or _three_letters().get(code)


def in_the_rest_of_the_eu(code: str) -> bool:
    """Return whether a country, by its ISO code, is another member state of the EU than Sweden."""
    return code in _OTHER_EU


def _plain(name: str) -> str:
    """Return a name as compared: without case, accents, full stops and a leading article; saint and st are one."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if unicodedata.category(sign) not in _SIGNS)
    words = bare.casefold().replace(".", "").replace("'", "’").replace("&", " and ").split()
    told = ["st" if word == "saint" else word for word in words]
    return " ".join(told[1:] if told[:1] == ["the"] else told)


@cache
def _codes() -> frozenset[str]:
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY)


@cache
def _names() -> dict[str, str]:
    named = {Locale(tongue).territories[code]: code for tongue in ("en", "sv") for code in _codes()}
    return {_plain(name): code for name, code in {**named, **_ALSO}.items()}


@cache
def _three_letters() -> dict[str, str]:
    aliases = get_global("territory_aliases")
    return {
        str(alias): codes[0]
        for alias, codes in aliases.items()
        if len(alias) == 3 and alias.isalpha() and len(codes) == 1 and codes[0] in _codes()
    }
