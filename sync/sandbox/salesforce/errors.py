"""Salesforce's refusals (FACTS.md 5): arrays of message and errorCode, items with statusCode inside collections."""

from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]

DOES_NOT_EXIST = "The requested resource does not exist"
REFERENCE_HINT = "Please reference your WSDL or the describe call for the appropriate names."


class SalesforceError(Exception):
    """A refusal: HTTP `status`, `code`, a message and, where Salesforce tells them, the fields."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.fields = None if fields is None else list(fields)

    def answer(self) -> list[Row]:
        """Return the body of a refused request."""
        return [{"message": self.message, "errorCode": self.code, **self._told(self.fields)}]

    def item(self) -> Row:
        """Return the refusal of one record of a collection: there the key is `statusCode` (FACTS.md 4)."""
        return {"statusCode": self.code, "message": self.message, "fields": self.fields or []}

    @staticmethod
    def _told(fields: list[str] | None) -> Row:
        return {} if fields is None else {"fields": fields}


class SeveralMatchError(Exception):
    """Several records share an external id: status 300 with their addresses, nothing written (FACTS.md 3.2)."""

    def __init__(self, sobject: str, identities: Sequence[str]) -> None:
        super().__init__(f"{len(identities)} records of {sobject} share the external id.")
        self.sobject, self.identities = sobject, list(identities)


class GrantError(Exception):
    """A refusal of the token endpoint: an object, not an array (FACTS.md 2.4)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


def bad_request(code: str, message: str, fields: Sequence[str] | None = ()) -> SalesforceError:
    """Return a business refusal: status 400 with its fields (FACTS.md 5)."""
    return SalesforceError(400, code, message, fields)


def not_found(message: str = DOES_NOT_EXIST) -> SalesforceError:
    """Return the refusal of something that is missing or cannot be seen."""
    return SalesforceError(404, "NOT_FOUND", message)


def no_external_field(name: str) -> SalesforceError:
    """Return the refusal of an upsert by a field that is no external id (FACTS.md 3.2)."""
    return not_found(f"Provided external ID field does not exist or is not accessible: {name}")


def no_such_column(name: str, sobject: str) -> SalesforceError:
    """Return the refusal of a write to a field that is missing or hidden (FACTS.md 5, the style of writes)."""
    return SalesforceError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject}")


def session_expired() -> SalesforceError:
    """Return the refusal of an unknown or expired access token (FACTS.md 2.3)."""
    return SalesforceError(401, "INVALID_SESSION_ID", "Session expired or invalid")
