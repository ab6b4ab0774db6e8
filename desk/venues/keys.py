"""Where the venue's key comes from: a file of its owner's alone, a systemd credential, a keyring, or a person at the
prompt.

Never the command line, which every process of the machine can read, and never the environment, which is inherited.
"""

import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from desk.model.error import BadInput
from desk.venues import keychain
from desk.venues.secret import Secret

CREDENTIAL: Final = "desk.key"
"""The name under which systemd's LoadCredential hands it over."""
BYTES_MAX: Final = 16_384
_NAMES: Final = {"key", "secret"}

Ask = Callable[[str], str]
"""Asks a person without showing what is typed."""


LookUp = Callable[[str], Secret | None]
"""Returns what a keyring keeps under a name."""


class Credentials(Struct, frozen=True):
    """An API key and what signs for it."""

    key: Secret
    secret: Secret
    source: str
    """Where they were found, for the trader; not how they read."""


def find_credentials(
    path: Path, environ: Mapping[str, str], ask: Ask | None, look_up: LookUp = keychain.look_up
) -> Credentials:
    """Return the venue's key from the first place that has one; raise BadInput naming the places that have none.

    The places in their order: systemd's credential directory, the file at `path`, the keyring under the file's name
    (`binance-key`, `binance-secret`), and `ask` (None: nobody is there).
    """
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if directory is not None and (Path(directory) / CREDENTIAL).exists():
        # systemd owns the directory and has made it private; the file in it is read-only, by whom it says.
        return _parsed(_read(Path(directory) / CREDENTIAL, is_checked=False), "systemd credential")
    if path.is_symlink() or path.exists():
        return _parsed(_read(path, is_checked=True), str(path))
    kept = look_up(f"{path.stem}-key"), look_up(f"{path.stem}-secret")
    if kept[0] is not None and kept[1] is not None:
        return Credentials(kept[0], kept[1], f"keyring, {path.stem}")
    if ask is None:
        raise BadInput(
            f"{path}: expected the venue's API key (two lines, `key` and `secret`, in TOML; chmod 600), found no file"
            f" and nothing under {path.stem}-key and {path.stem}-secret in a keyring"
        )
    key, secret = ask("API key: ").strip(), ask("API secret: ").strip()
    if not key or not secret:
        raise BadInput("API key: expected a key and its secret, found an empty answer")
    return Credentials(Secret(key.encode()), Secret(secret.encode()), "typed in")


def _read(path: Path, *, is_checked: bool) -> bytes:
    """Return the file's bytes, having looked at the very file that is read and not at a name that may be swapped."""
    if is_checked:
        _check_directory(path.parent)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        if path.is_symlink():
            raise BadInput(f"{path}: expected a file, found a link: put the key's file itself there") from None
        raise BadInput(f"{path}: expected a readable file, found: {(error.strerror or str(error)).lower()}") from None
    try:
        if is_checked:
            _check_file(path, os.fstat(descriptor))
        return os.read(descriptor, BYTES_MAX)
    finally:
        os.close(descriptor)


def _check_file(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(f"{path}: expected a plain file, found something else")
    if found.st_uid != os.geteuid():
        raise BadInput(f"{path}: expected your own file, found one of user {found.st_uid}: chown it")
    if found.st_mode & 0o077:
        mode = stat.S_IMODE(found.st_mode)
        raise BadInput(f"{path}: expected a file for your eyes only, found mode {mode:04o}: chmod 600 {path}")


def _check_directory(directory: Path) -> None:
    found = directory.stat()
    if found.st_uid not in (os.geteuid(), 0) or found.st_mode & 0o022:
        mode = stat.S_IMODE(found.st_mode)
        raise BadInput(
            f"{directory}: expected a directory that only you can write to, found mode {mode:04o}: chmod 700 {directory}"
        )


def _parsed(content: bytes, source: str) -> Credentials:
    # No cause is kept and no content repeated below: a parser's message quotes what it could not read.
    try:
        table = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise BadInput(f'{source}: expected TOML with key = "..." and secret = "...", found something else') from None
    if set(table) != _NAMES or not all(isinstance(value, str) and value.strip() for value in table.values()):
        raise BadInput(f"{source}: expected `key` and `secret`, both filled in, found {len(table)} other entries")
    return Credentials(Secret(table["key"].strip().encode()), Secret(table["secret"].strip().encode()), source)
