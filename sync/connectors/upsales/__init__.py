"""Upsales REST API v2 (reference: the Upsales sheet)."""
