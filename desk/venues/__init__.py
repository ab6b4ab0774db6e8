"""Adapters that speak to a venue; each knows only itself."""
