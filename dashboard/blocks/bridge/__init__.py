"""The bridge: its bars, its months, what lies behind each, and whether it may be believed."""
