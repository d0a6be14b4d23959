"""Fortnox REST API v3 (reference: the Fortnox sheet and its OpenAPI file)."""
