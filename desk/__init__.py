"""A terminal trading desk for crypto futures."""

__version__ = "0.1.0"
