"""The assertion of the JWT bearer flow: RS256, four claims, `exp` in seconds (FACTS.md 2.2)."""

import base64
import binascii
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sync.sandbox.salesforce.errors import GrantError
from sync.sandbox.serving.json_body import read_json

AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")


def check_assertion(assertion: str, public_key: str, now: datetime, longest: int) -> dict[str, Any]:
    """Return an assertion's claims; raises GrantError for one that is unsigned, expired or too far ahead."""
    parts = assertion.split(".")
    if len(parts) != 3:
        raise GrantError("invalid_grant", "invalid assertion")
    try:
        header, claims, signature = (_decoded(part) for part in parts)
        told, found = dict(read_json(header)), dict(read_json(claims))
    except (TypeError, ValueError, binascii.Error):
        raise GrantError("invalid_grant", "invalid assertion") from None
    if not public_key:
        raise GrantError("invalid_grant", "user hasn't approved this consumer")
    if told.get("alg") != "RS256" or not _signed(f"{parts[0]}.{parts[1]}".encode(), signature, public_key):
        raise GrantError("invalid_grant", "invalid assertion")
    _check_claims(found, now, longest)
    return found


def _check_claims(claims: dict[str, Any], now: datetime, longest: int) -> None:
    if claims.get("aud") not in AUDIENCES:
        raise GrantError("invalid_grant", "audience is invalid")
    ends = str(claims.get("exp", ""))
    if not ends.isdecimal() or not 0 < int(ends) - now.timestamp() <= longest:
        raise GrantError("invalid_grant", "expired authorization code")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _signed(text: bytes, signature: bytes, public_key: str) -> bool:
    key = load_pem_public_key(public_key.encode())
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(signature, text, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
