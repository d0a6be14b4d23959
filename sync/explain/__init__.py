"""Explaining: typed facts, the bridge between the two sides, and the promises checked."""
