"""The rules of the desk: deterministic, synchronous, silent."""
