"""Panels: each is shown a section of the view and draws it."""
