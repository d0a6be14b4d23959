"""Fortnox's documents: invoices, orders, offers, payments, vouchers."""
