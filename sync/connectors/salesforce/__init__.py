"""Salesforce REST API (FACTS.md says how it behaves)."""
