"""Fortnox played on this machine: REST API v3 by the fact sheet, several companies behind one port."""

from sync.sandbox.fortnox.app import FortnoxApp
from sync.sandbox.fortnox.quirks import FortnoxQuirks

__all__ = ["FortnoxApp", "FortnoxQuirks"]
