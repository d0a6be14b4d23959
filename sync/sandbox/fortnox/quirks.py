"""What nobody has established about Fortnox (FACTS.md 10), as switches with a default."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ALL_SCOPES = (
    "article bookkeeping companyinformation costcenter currency customer invoice offer order payment price "
    "profile project settings"
)


@dataclass(frozen=True)
class FortnoxQuirks:
    """How this sandbox answers where nobody has recorded what Fortnox does.

    Codes named `*_code` stand for refusals whose real code is unknown; a client must not depend on them.
    """

    # FACTS.md 4: 25 requests in 5 s per client id and tenant, body and headers of the 429 unknown.
    window_requests: int = 25
    window_seconds: float = 5.0
    throttle_body: bytes = b""
    throttle_content_type: str = "text/html; charset=UTF-8"
    retry_after: str = ""
    # FACTS.md 10.2: paging outside the known range.
    limit_above_maximum: Literal["clamp", "refuse"] = "clamp"
    page_past_end_zeroes_totals: bool = True
    refuse_unknown_parameters: bool = True
    # FACTS.md 10.5: what moves an invoice's `lastmodified`.
    lastmodified_inclusive: bool = True
    payment_touches: bool = False
    booking_touches: bool = True
    sending_touches: bool = True
    # FACTS.md 10.3 and 10.6: read-only fields and locked documents.
    refuse_computed_fields: bool = True
    editable_when_booked: frozenset[str] = frozenset({"Comments", "EmailInformation", "Labels", "Remarks"})
    # FACTS.md 10.4: rounding.
    round_to_krona: bool = True
    round_foreign_to_whole: bool = False
    percent_decimals: int = 2
    amount_discount_per: Literal["row", "unit"] = "row"
    freight_vat: Decimal = Decimal(25)
    # FACTS.md 7.6 and 10.7: what actions do besides.
    credit_settles_original: bool = False
    credit_copies_references: bool = True
    order_references_copied: bool = False
    mail_works: bool = True
    # FACTS.md 2: tokens.
    access_token_seconds: int = 3600
    refresh_token_days: int = 45
    code_minutes: int = 10
    scopes: str = ALL_SCOPES
    # The public name in every @url (FACTS.md 1), not the sandbox's own address.
    public_url: str = "https://api.fortnox.se/3"
    # Refusals without a known code (FACTS.md 9.2).
    locked_code: int = 2003125
    no_year_code: int = 2000401
    in_use_code: int = 2003125
    date_code: int = 2000588
    choice_code: int = 2000588
    no_address_code: int = 2000588
