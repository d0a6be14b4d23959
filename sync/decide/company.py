"""What a company's own registers allow: currencies, financial years, the locked period."""

from datetime import date

from sync.core.types import CompanyFacts
from sync.store.database import Store
from sync.store.tables import records


def company_facts(store: Store, company: str, go_live: date) -> CompanyFacts:
    """Return what the company's own registers allow, from the mirror."""
    system = f"fortnox:{company}"
    years = records.load(store, system, "financial_year").values()
    locked = records.load(store, system, "locked_period").get("1")
    until = (locked.payload.get("EndDate") if locked else None) or None
    return CompanyFacts(
        key=company,
        go_live=go_live,
        currencies=frozenset(records.load(store, system, "currency")) | {"SEK"},
        years=tuple(
            (date.fromisoformat(year.payload["FromDate"]), date.fromisoformat(year.payload["ToDate"])) for year in years
        ),
        locked_until=date.fromisoformat(str(until)[:10]) if until else None,
    )
