"""A practice exchange: its own books, its own counters, nothing shared with the core."""
