"""The vocabulary: what every room of the house may speak of."""
