"""A stage for one panel: the smallest app that shows it, with the real theme and style sheets."""

from textual.app import App, ComposeResult

from desk.ui.theme import DESK_THEME, stylesheets


class Stage(App[None]):
    """Shows one panel one section, once."""

    CSS_PATH = stylesheets()
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    def __init__(self, panel, section):
        super().__init__()
        self.panel = panel
        self.section = section
        self.register_theme(DESK_THEME)
        self.theme = DESK_THEME.name

    def compose(self) -> ComposeResult:
        yield self.panel

    def on_ready(self):

        self.panel.show(self.section)
