"""The screen: shows the view and turns keys into commands."""
