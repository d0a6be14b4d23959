"""Upsales REST API v2 (FACTS.md says how it behaves)."""
