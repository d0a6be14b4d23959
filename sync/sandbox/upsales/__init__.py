"""The Upsales sandbox: an account that answers as Upsales's API v2 does (FACTS.md 1, 2)."""
