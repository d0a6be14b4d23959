"""The rows every new Fortnox company starts with: accounts, units, terms, ways to pay (FACTS.md 7.11)."""

ACCOUNTS: dict[int, str] = {
    1510: "Kundfordringar",
    1910: "Kassa",
    1920: "PlusGiro",
    1930: "Företagskonto",
    2611: "Utgående moms på försäljning inom Sverige, 25 %",
    2621: "Utgående moms på försäljning inom Sverige, 12 %",
    2631: "Utgående moms på försäljning inom Sverige, 6 %",
    3001: "Försäljning inom Sverige, 25 % moms",
    3002: "Försäljning inom Sverige, 12 % moms",
    3003: "Försäljning inom Sverige, 6 % moms",
    3004: "Försäljning inom Sverige, momsfri",
    3105: "Försäljning varor till land utanför EU",
    3106: "Försäljning varor till annat EU-land, momspliktig",
    3108: "Försäljning varor till annat EU-land, momsfri",
    3231: "Försäljning inom byggsektorn, omvänd skattskyldighet moms",
    3520: "Fakturerade frakter",
    3540: "Faktureringsavgifter",
    3740: "Öres- och kronutjämning",
    3960: "Valutakursvinster på fordringar och skulder av rörelsekaraktär",
    4000: "Inköp av varor från Sverige",
    6351: "Konstaterade förluster på kundfordringar",
    6570: "Bankkostnader",
    7960: "Valutakursförluster på fordringar och skulder av rörelsekaraktär",
}
VAT_CODES: dict[int, str] = {3001: "MP1", 3002: "MP2", 3003: "MP3", 3004: "MF", 3105: "E", 3106: "MP1"}
PREDEFINED: dict[str, int] = {
    "SALES": 3001,
    "SALES2": 3002,
    "SALES_MP2": 3002,
    "SALESEUREV": 3108,
    "SALESEUVAT": 3106,
    "SALESEXPORT": 3105,
    "SALESCONSTR": 3231,
    "CUSTCLAIM": 1510,
    "ROUNDOFF": 3740,
    "ADMFEE": 3540,
    "FREIGHT": 3520,
    "OUTVAT_MP1": 2611,
    "CURRENCYWIN": 3960,
    "CURRENCYLOSS": 7960,
    "SALES_25_SE": 3001,
    "SALES_12_SE": 3002,
    "SALES_6_SE": 3003,
    "SALES_0_SE": 3004,
}
UNITS: tuple[tuple[str, str, str], ...] = (
    ("förp", "förpackning", "pack"),
    ("h", "timmar", "h"),
    ("km", "Kilometer", "km"),
    ("st", "styck", "pcs"),
    ("utl", "Utlägg", "exp"),
)
TERMS: dict[str, str] = {
    "0": "0 dagar",
    "10": "10 dagar",
    "15": "15 dagar",
    "20": "20 dagar",
    "30": "30 dagar",
    "AG": "Autogiro",
    "K": "Kontant",
    "PF": "Postförskott",
}
SERIES: dict[str, str] = {"A": "Redovisning", "B": "Kundfakturor", "C": "Kundinbetalningar"}
MODES: dict[str, tuple[str, str]] = {
    "BG": ("Bankgiro", "1930"),
    "LB": ("Leverantörsbetalning", "1930"),
    "PG": ("PlusGiro", "1920"),
    "K": ("Kassa", "1910"),
}
