"""Upsales's refusals (FACTS.md 1.3)."""

from typing import Any

ROUTE_PAGE = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
    "<body>\n<pre>Cannot {method} {path}</pre>\n</body>\n</html>\n"
)


class UpsalesError(Exception):
    """A refusal in the JSON envelope: HTTP `status`, `key`, `error_code` and a message."""

    def __init__(self, status: int, key: str, error_code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.key, self.error_code, self.message = status, key, error_code, message

    def envelope(self, method: str) -> dict[str, Any]:
        """Return the body: `data` is null on DELETE, `metadata` otherwise (FACTS.md 1.2)."""
        error = {
            "key": self.key,
            "code": self.status,
            "errorCode": self.error_code,
            "msg": self.message,
        }
        return {"error": error, "data" if method == "DELETE" else "metadata": None}


class NoRouteError(Exception):
    """The path leads nowhere: 404 with an HTML page."""


def failed_validation(message: str) -> UpsalesError:
    """Return the refusal of what was sent: 400, errorCode 26."""
    return UpsalesError(400, "FailedValidation", 26, message)
