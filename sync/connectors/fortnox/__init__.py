"""Fortnox REST API v3 (FACTS.md says how it behaves)."""
