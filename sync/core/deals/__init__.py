"""Reads each CRM's deals as figures (ARCHITECTURE.md: the measures): one pure reader for each CRM."""
