"""The shapes on the wire: every answer and event, as the venue spells them. Prices and quantities are decimal strings."""
