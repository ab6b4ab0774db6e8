"""Properties are looked for in the same places every time: a failure is one for everybody."""

from hypothesis import settings

settings.register_profile("same for everybody", deadline=None, derandomize=True, database=None)
settings.load_profile("same for everybody")
