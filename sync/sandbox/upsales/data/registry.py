"""The custom fields of a sandboxed account, by alias: the official Fortnox app's (FACTS.md 4.4) and Kvitt's own.

Upsales numbers fields per account, so a client must resolve aliases: `put_fields` draws the numbers.
"""

import random
from dataclasses import dataclass
from typing import Any

from sync.sandbox.tables import Tables
from sync.sandbox.upsales.data.customs import blank_definition
from sync.sandbox.upsales.data.state import field_kind
from sync.sandbox.words import words

VAT_LABELS: dict[str, str] = {
    "SEVAT": "SE",
    "SEREVERSEDVAT": "SE omvänd skatteskyldighet",
    "EUREVERSEDVAT": "EU omvänd skatteskyldighet",
    "EUVAT": "EU momspliktig",
    "EXPORT": "Export",
}
"""Fortnox's VATType and the choice of the field VAT_TYPE that stands for it (recorded)."""

STATUSES = words("draft booked sent part-paid paid overdue cancelled credited")


@dataclass(frozen=True)
class FieldSpec:
    """One custom field: `editable` is for the screen only, the API may write all of them."""

    alias: str
    name: str
    datatype: str = "String"
    editable: bool = True
    options: tuple[str, ...] = ()


_ACCOUNT = (
    FieldSpec("FORTNOX_CUSTOMER_ID", "Kundnummer", editable=False),
    FieldSpec("VAT_NO", "VAT-Nummer"),
    FieldSpec("VAT_TYPE", "Momstyp", "Select", options=tuple(VAT_LABELS.values())),
    FieldSpec("TERMS_OF_PAYMENT", "Betalningsvillkor", "Select", False, ("10 dagar", "20 dagar", "30 dagar")),
    FieldSpec("TERMS_OF_DELIVERY", "Leveransvillkor", "Select", False, ("Fritt kund", "Fritt vårt lager")),
    FieldSpec("WAY_OF_DELIVERY", "Leveranssätt", "Select", False, ("Hämtas", "Post")),
    FieldSpec("EMAIL", "E-post"),
    FieldSpec("COST_CENTER", "Kostnadsställe", "Select", options=("",)),
    FieldSpec("FORTNOX_PROJECT", "Fortnox Project", "Select", options=("",)),
    FieldSpec(
        "DEFAULT_DELIVERY_TYPE_INVOICE",
        "Fakturaleveranssätt",
        "Select",
        options=words("PRINT EMAIL PRINTSERVICE ELECTRONICINVOICE"),
    ),
    FieldSpec("GLN", "GLN-nummer"),
    FieldSpec("CUSTOMER_KEY", "Kundnyckel"),
)

_ORDER = (
    FieldSpec("FORTNOX_OFFER_ID", "Offertnummer", editable=False),
    FieldSpec("FORTNOX_ORDER_ID", "Ordernummer", editable=False),
    FieldSpec("FORTNOX_ID", "Fakturanummer", editable=False),
    FieldSpec("REFERENCE", "Ert ordernummer"),
    FieldSpec("YOUR_REFERENCE", "Er referens"),
    FieldSpec("REMARKS", "Fakturabeskrivning"),
    FieldSpec("COMMENTS", "Kommentar"),
    FieldSpec("IS_PAID", "Betald", "Boolean", False),
    FieldSpec("NO_REMINDERS", "Antal påminnelser", editable=False),
    FieldSpec("DUE_DATE", "Förfallodatum", "Date", False),
    FieldSpec("FN_INVOICE_DATE", "Fakturadatum", "Date"),
    FieldSpec("FN_TOTAL", "Total", "Currency", False),
    FieldSpec("FN_BALANCE", "Saldo", "Currency", False),
    FieldSpec("DELIVERY_NAME", "Leveransnamn"),
    FieldSpec("DELIVERY_ADDRESS", "Leveransadress"),
    FieldSpec("DELIVERY_ZIPCODE", "Leveranspostnummer"),
    FieldSpec("DELIVERY_CITY", "Leveransort"),
    FieldSpec("DELIVERY_COUNTRY", "Leveransland"),
    FieldSpec("DELIVERY_DATE", "Leveransdatum", "Date"),
    FieldSpec("COST_PLACE", "Kostnadsställe", "Select", options=("",)),
    FieldSpec("FORTNOX_PROJECT", "Fortnox Project", "Select", options=("",)),
    FieldSpec("SKIP_SYNC", "Skip Fortnox sync", "Boolean"),
    FieldSpec("BUNDLE_SYNC_TYPE", "Paketsynk", editable=False),
    FieldSpec("KVITT_STATUS", "Fakturastatus", "Select", False, STATUSES),
    FieldSpec("KVITT_PAID_DATE", "Betalningsdatum", "Date", False),
    FieldSpec("KVITT_PAID_AMOUNT", "Betalt belopp", "Currency", False),
    FieldSpec("KVITT_BOOKED_SEEN", "Bokförd sedd", "Date", False),
)

_PRODUCT = (FieldSpec("FORTNOX_ID", "Artikelnummer", editable=False),)

_ORDER_ROW = (FieldSpec("", "Radtext"),)


def put_fields(tables: Tables, seed: int, companies: tuple[str, ...]) -> None:
    """Write the account's field definitions; LEGAL_ENTITY's choices are the companies' keys."""
    legal = FieldSpec("LEGAL_ENTITY", "Juridisk enhet", "Select", options=companies)
    entities = {"account": _ACCOUNT, "order": (*_ORDER, legal), "product": _PRODUCT, "orderrow": _ORDER_ROW}
    for entity, specs in entities.items():
        draw = random.Random(f"{seed}:{entity}")  # noqa: S311 - a sandbox must repeat itself
        numbers = draw.sample(range(1, 3 * len(specs) + 1), len(specs))
        kind = field_kind(entity)
        for number, spec in sorted(zip(numbers, specs, strict=True), key=lambda pair: pair[0]):
            tables.put(kind, str(number), _definition(entity, number, spec))
        tables.raise_counter(f"id:{kind}", max(numbers))


def field_id(tables: Tables, entity: str, alias: str) -> int:
    """Return the fieldId that an alias has in this account, 0 where it has none."""
    for row in tables.rows(field_kind(entity)):
        if row["alias"] == alias:
            return int(row["id"])
    return 0


def _definition(entity: str, number: int, spec: FieldSpec) -> dict[str, Any]:
    changes = {"id": number, "name": spec.name, "datatype": spec.datatype, "editable": int(spec.editable)}
    default = list(spec.options) if spec.options else None
    return {**blank_definition(entity), **changes, "default": default, "alias": spec.alias or None}
