"""The single pages about the company itself: information, settings, locked period, me (FACTS.md 7.11)."""

from sync.sandbox.fortnox.errors import wrong_parameter
from sync.sandbox.fortnox.tenant import META, Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json

_INFORMATION = ("Address", "City", "CountryCode", "CompanyName", "OrganizationNumber")
_EMPTY_SETTINGS = (
    *("Address", "BG", "BIC", "BranchCode", "City", "ContactFirstName", "ContactLastName", "Country"),
    *("CountryCode", "Domicile", "Email", "Fax", "IBAN", "PG", "Phone1", "Phone2", "VATNumber"),
    *("VisitAddress", "VisitCity", "VisitCountry", "VisitCountryCode", "VisitName", "VisitZipCode"),
    *("WWW", "ZipCode"),
)


class Information:
    """Answers GET /3/companyinformation; DatabaseNumber is a number here (FACTS.md 5.2)."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the company's name and numbers."""
        row = _company(call, tenant)
        names = ("VisitAddress", "VisitCity", "VisitCountryCode", "VisitZipCode", "ZipCode")
        body = {name: row.get(name, "") for name in (*_INFORMATION, *names)}
        return FortnoxReply(body={"CompanyInformation": body | {"DatabaseNumber": tenant.number}})


class CompanyPage:
    """Answers /3/settings/company and /3/settings/lockedperiod; DatabaseNumber is a string here."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the settings page that the path names."""
        row = _company(call, tenant)
        if call.parts[1:] == ("lockedperiod",):
            locked = tenant.find("lockedperiod", "1") or {"EndDate": None}
            return FortnoxReply(body={"LockedPeriod": {"EndDate": locked["EndDate"]}})
        if call.parts[1:] != ("company",):
            raise wrong_parameter()
        body = {name: row.get(name, "") for name in _EMPTY_SETTINGS} | {
            "DatabaseNumber": str(tenant.number),
            "Name": row.get("CompanyName", ""),
            "OrganizationNumber": row.get("OrganizationNumber", ""),
            "TaxEnabled": True,
        }
        return FortnoxReply(body={"CompanySettings": dict(sorted(body.items()))})


class Me:
    """Answers GET /3/me: the service account behind the token."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the user."""
        _company(call, tenant)
        me = {"Email": "", "Id": "1", "Locale": "sv_SE", "Name": "Kvitt", "SysAdmin": True}
        return FortnoxReply(body={"MeInformation": me})


def _company(call: FortnoxCall, tenant: Tenant) -> Json:
    if call.method != "GET":
        raise wrong_parameter()
    row = tenant.find("company", "1") or {}
    return {name: value for name, value in row.items() if name != META}
