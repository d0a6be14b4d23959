"""The Upsales sandbox: an account that answers as Upsales's API v2 does (Upsales sheet, section 7)."""
