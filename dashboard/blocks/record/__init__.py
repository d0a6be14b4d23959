"""One record: its sides, its fields, its history."""
