"""What may leave, and what must be undone."""
