"""Tells who a token runs as: the identity URL and userinfo (FACTS.md 2.1)."""

from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.tables import Row
from sync.sandbox.words import words


def identity_page(org: Org, user: str, base: str, version: str) -> Row:
    """Return the body of the identity URL."""
    row = org.find("User", user) or {}
    identity = str(org.info().get("organization_id", ""))
    return {
        "id": f"{base}/id/{identity}/{user}",
        "asserted_user": True,
        "user_id": user,
        "organization_id": identity,
        "username": row.get("Username"),
        "nick_name": row.get("LastName"),
        "display_name": row.get("Name"),
        "email": row.get("Email"),
        "email_verified": True,
        "first_name": row.get("FirstName"),
        "last_name": row.get("LastName"),
        "timezone": "Europe/Stockholm",
        "active": True,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "sv_SE",
        "utcOffset": 3600000,
        "last_modified_date": row.get("LastModifiedDate"),
        "is_app_installed": True,
        "urls": _urls(identity, user, base, version),
    }


def user_page(org: Org, user: str, base: str, version: str) -> Row:
    """Return the body of /services/oauth2/userinfo."""
    page = identity_page(org, user, base, version)
    kept = words("user_id organization_id email email_verified urls active user_type language locale utcOffset")
    return {
        "sub": page["id"],
        "preferred_username": page["username"],
        "nickname": page["nick_name"],
        "name": page["display_name"],
        "given_name": page["first_name"],
        "family_name": page["last_name"],
        "zoneinfo": page["timezone"],
        "photos": {},
        "updated_at": page["last_modified_date"],
        "is_salesforce_integration_user": True,
        **{name: page[name] for name in kept},
    }


def _urls(organization: str, user: str, base: str, version: str) -> Row:
    data = f"{base}/services/data/v{version}"
    return {
        "rest": f"{data}/",
        "sobjects": f"{data}/sobjects/",
        "query": f"{data}/query/",
        "search": f"{data}/search/",
        "recent": f"{data}/recent/",
        "profile": f"{base}/{user}",
        "custom_domain": base,
    }
