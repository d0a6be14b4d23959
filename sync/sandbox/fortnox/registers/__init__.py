"""Fortnox's registers: customers, articles and the short lists."""
