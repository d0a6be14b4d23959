"""Sending: what is planned is carried out, once, and what came of it is written down."""
