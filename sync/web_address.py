"""Addresses of other systems, as a person writes them: encrypted or on this machine, without a password in them."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


def web_address(text: str) -> str:
    """Return an address that may be called, without a slash at its end.

    Raises ValueError with what is wrong. Only https may leave this machine: credentials go along with every call.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it is not an address. Write it as https://host or https://host:port") from None
    wrong = _wrong(text, parts, host, port)
    if wrong:
        raise ValueError(wrong)
    return text.rstrip("/")


def _wrong(text: str, parts: SplitResult, host: str, port: int | None) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        return "it has signs that no address has. Write it in plain letters, an international name as xn--…"
    if parts.scheme not in {"https", "http"}:
        return "it must begin with https://"
    if not host or port == 0:
        return "it names no host. Write it as https://host or https://host:port"
    if "@" in parts.netloc:
        return "it has a user or a password in it. Remove them: they have settings of their own"
    if parts.query or parts.fragment:
        return "it has a ? or a # in it. Remove that and what follows"
    if parts.scheme == "http" and not _is_this_machine(host):
        return "it must begin with https:// unless it is on this machine (127.0.0.1, localhost)"
    return ""


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
