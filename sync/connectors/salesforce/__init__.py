"""Salesforce REST API (reference: the Salesforce sheet)."""
