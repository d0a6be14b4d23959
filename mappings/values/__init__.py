"""Single values as people and systems write them, each kind read in one place."""
