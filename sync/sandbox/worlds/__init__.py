"""Worlds: the facts a sandbox is seeded with, invented or read from files."""
