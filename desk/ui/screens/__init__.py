"""Screens: the trading screen, and the dialogs over it."""
