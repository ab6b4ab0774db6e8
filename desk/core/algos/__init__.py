"""The programs that trade for a person."""
