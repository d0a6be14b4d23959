"""What should be done: drafts, matches, and what a decision leads to."""
