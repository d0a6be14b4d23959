"""Salesforce's query language."""
