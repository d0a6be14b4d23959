"""The bench with Salesforce as the CRM."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.quirks import SalesforceQuirks
from tests.acceptance.bench import Bench

PERMISSION = "FieldPermission"
NAMED = ("Account", "Opportunity")


class SalesforceBench(Bench):
    """A sandbox with a Salesforce org; deals are opportunities, named by their keys."""

    crm = "salesforce"
    deal_kind = "opportunity"

    @cached_property
    def org(self) -> Org:
        """Return the records of the played org."""
        return Org(self.sandbox._tables[-1], self.clock, SalesforceQuirks())

    @cached_property
    def ids(self) -> dict[tuple[str, str], str]:
        """Return the ids by object and by the name that the world gave a record, whatever it is called now."""
        return {(sobject, row["Name"]): str(row["Id"]) for sobject in NAMED for row in self.org.rows(sobject)}

    def deal_id(self, key: str) -> str:
        """Return an opportunity's id."""
        return self.ids["Opportunity", key]

    def account_id(self, key: str) -> str:
        """Return an account's id."""
        name = next(one.name for one in self.world.customers if one.key == key)
        return self.ids["Account", name]

    def deal(self, key: str) -> dict[str, Any]:
        """Return an opportunity as it is kept, deleted ones too."""
        return dict(self.org.find("Opportunity", self.deal_id(key)) or {})

    def account(self, key: str) -> dict[str, Any]:
        """Return an account as it is kept."""
        return dict(self.org.find("Account", self.account_id(key)) or {})

    def lines(self, key: str) -> list[dict[str, Any]]:
        """Return an opportunity's lines in order."""
        own = self.deal_id(key)
        found = [row for row in self.org.rows("OpportunityLineItem") if row["OpportunityId"] == own]
        return sorted(found, key=lambda row: int(row["SortOrder"]))

    def edit_deal(self, key: str, **fields: Any) -> None:
        """Change an opportunity as a person would."""
        self.edit_crm("Opportunity", self.deal_id(key), **fields)

    def edit_account(self, key: str, **fields: Any) -> None:
        """Change an account as a person would."""
        self.edit_crm("Account", self.account_id(key), **fields)

    def row_edit(self, key: str, place: int, **changes: Any) -> None:
        """Change one line of an opportunity."""
        self.edit_crm("OpportunityLineItem", self.lines(key)[place]["Id"], **changes)

    def edit_crm(self, kind: str, identity: str, **fields: Any) -> None:
        """Change anything in the org as a person, or an admin, would."""
        self._edit({"system": "salesforce", "kind": kind, "id": identity, "fields": fields})

    def permit(self, field: str, *, readable: bool = True, editable: bool = True) -> None:
        """Give or take away what Kvitt's user may do with a field, "Object.Field"."""
        self.edit_crm(PERMISSION, field, readable=readable, editable=editable)

    def amount(self, key: str, field: str) -> Decimal | None:
        """Return an amount that was written back, None for an empty field."""
        value = self.deal(key)[field]
        return None if value is None else Decimal(value)

    def queries(self) -> list[str]:
        """Return every SOQL statement that the call log holds, oldest first."""
        rows = self.rows("SELECT query FROM calls WHERE path LIKE '%/query%' AND query LIKE 'q=%' ORDER BY call_no")
        return [str(row[0])[2:] for row in rows]
