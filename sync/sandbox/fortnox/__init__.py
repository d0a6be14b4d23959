"""Fortnox played on this machine: REST API v3 as FACTS.md has it, several companies behind one port."""

from sync.sandbox.fortnox.app import FortnoxApp
from sync.sandbox.fortnox.quirks import FortnoxQuirks

__all__ = ["FortnoxApp", "FortnoxQuirks"]
