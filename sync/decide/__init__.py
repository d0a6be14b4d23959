"""Deciding: what changed is gathered, the core decides, the plan is stored."""
