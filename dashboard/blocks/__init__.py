"""Building blocks of the pages: each shows one thing."""
