"""Words that explain: causes, reasons, guides, and what the sync has said."""
