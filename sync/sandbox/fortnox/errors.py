"""Refusals in Fortnox's words (FACTS.md 9)."""

from typing import Any


class FortnoxError(Exception):
    """A refused call: HTTP status, Fortnox's code and its message.

    Error keys are capitalised at 404 and lower case otherwise (FACTS.md 9.1).
    """

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON body."""
        if self.status == 404:
            return {"ErrorInformation": {"Error": 1, "Message": self.message, "Code": self.code}}
        return {"ErrorInformation": {"error": 1, "message": self.message, "code": self.code}}


def unknown_field(name: str) -> FortnoxError:
    """Return the refusal of a field name that does not exist or may not be written."""
    return FortnoxError(2001399, f"Felaktigt fältnamn ({name})")


def wrong_data() -> FortnoxError:
    """Return the refusal of a body without its wrapper (FACTS.md 3.1)."""
    return FortnoxError(2001392, "Ingen eller felaktig typ av data.")


def wrong_structure() -> FortnoxError:
    """Return the refusal of rows that are not objects (FACTS.md 6)."""
    return FortnoxError(2002649, "Felaktig datastruktur.")


def no_identifier() -> FortnoxError:
    """Return the refusal of a PUT or DELETE without an id in its path (English also in Fortnox)."""
    return FortnoxError(2000729, "A valid identifier was not provided.")


def wrong_parameter() -> FortnoxError:
    """Return the refusal of a query parameter."""
    return FortnoxError(2000588, "Ogiltig parameter i anropet.")


def wrong_filter() -> FortnoxError:
    """Return the refusal of an unknown filter value."""
    return FortnoxError(2000587, "Ett ogiltigt filter har använts.")


def no_scope() -> FortnoxError:
    """Return the refusal of a resource that the token does not cover."""
    return FortnoxError(2000663, "Har inte behörighet för scope", 403)


NOT_FOUND: dict[str, tuple[int, str]] = {
    "accounts": (2000423, "Kan inte hitta kontot."),
    "articles": (2000428, "Kan inte hitta artikeln."),
    "costcenters": (2000729, "Kan inte hitta kostnadsstället."),
    "currencies": (2000427, "Kan inte hitta valutan."),
    "customers": (2000433, "Kan inte hitta kunden."),
    "financialyears": (2000729, "Kan inte hitta räkenskapsåret."),
    "invoicepayments": (2000729, "Kan inte hitta inbetalningen."),
    "invoices": (2000434, "Kan inte hitta fakturan."),
    "orders": (2000439, "Kan inte hitta ordern."),
    "predefinedaccounts": (2001403, "Kan inte hitta det fördefinierade kontot."),
    "pricelists": (2000431, "Kan inte hitta prislistan."),
    "prices": (2000430, "Kan inte hitta priset."),
    "projects": (2001161, "Kan inte hitta projektet."),
    "termsofdeliveries": (2000435, "Kan inte hitta leveransvillkoret."),
    "termsofpayments": (2000429, "Kan inte hitta betalningsvillkoret."),
    "units": (2000432, "Kan inte hitta enheten."),
}


def not_found(kind: str) -> FortnoxError:
    """Return the 404 of a kind (FACTS.md 9.2)."""
    code, message = NOT_FOUND.get(kind, (2000729, "Kan inte hitta posten."))
    return FortnoxError(code, message, 404)


def missing_reference(kind: str) -> FortnoxError:
    """Return the 400 of a written reference to a row that does not exist (FACTS.md 9.1: 404 is for ids only)."""
    special = {
        "accounts": (2001304, "Kunde inte hitta konto."),
        "articles": (2001302, "Kunde inte hitta artikel."),
        "customers": (2000204, "Kunde inte hitta kund."),
    }
    code, message = special.get(kind) or NOT_FOUND.get(kind, (2000729, "Kan inte hitta posten."))
    return FortnoxError(code, message)
