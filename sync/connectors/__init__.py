"""The outside systems: one folder each, one way of talking to all."""
