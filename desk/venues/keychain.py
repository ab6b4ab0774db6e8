"""The keyring of the operating system, where the `keyring` package is installed and has one to speak to."""

from typing import Final

from desk.venues.secret import Secret

SERVICE: Final = "desk"


def look_up(name: str) -> Secret | None:
    """Return the secret kept under a name for the desk; None: there is none, or no keyring."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:  # an extra: on a server there is seldom a keyring
        return None
    try:
        found = keyring.get_password(SERVICE, name)
    except KeyringError:
        return None
    return Secret(found.strip().encode()) if found and found.strip() else None
