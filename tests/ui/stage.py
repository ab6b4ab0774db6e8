"""Stages for one widget: the smallest apps that show it, with the real theme and style sheets."""

from textual.app import App

from desk.ui.theme import DESK_THEME, stylesheets


class Bare(App[None]):
    """Holds one widget."""

    CSS_PATH = stylesheets()
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    def __init__(self, widget):
        super().__init__()
        self.widget = widget
        self.register_theme(DESK_THEME)
        self.theme = DESK_THEME.name

    def compose(self):
        yield self.widget


class Stage(Bare):
    """Shows one panel one section, once."""

    def __init__(self, panel, section):
        super().__init__(panel)
        self.panel = panel
        self.section = section

    def on_ready(self):
        self.panel.show(self.section)
