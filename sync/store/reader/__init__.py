"""What the pages ask of a published copy, one module a page."""
