"""Where the venue's key may come from, and what is refused."""

import os

import pytest

from desk.model.error import BadInput
from desk.venues.keys import find_credentials
from desk.venues.secret import Secret

CANARY = "hunter2hunter2"
FILE = f'key = "the-key"\nsecret = "{CANARY}"\n'


@pytest.fixture
def path(tmp_path):
    directory = tmp_path / "private"
    directory.mkdir(mode=0o700)
    return directory / "binance.toml"


def put(path, text=FILE, mode=0o600):
    path.write_text(text)
    path.chmod(mode)


def nobody(prompt):
    raise AssertionError("a person was asked")


def test_a_private_file_is_read(path):
    put(path)

    found = find_credentials(path, {}, nobody)

    assert (found.key.reveal(), found.secret.reveal(), found.source) == (b"the-key", CANARY.encode(), str(path))
    assert CANARY not in repr(found)


def test_a_private_key_may_stand_on_several_lines(path):
    put(path, 'key = "k"\nsecret = """\n-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"""\n')

    assert find_credentials(path, {}, nobody).secret.reveal().startswith(b"-----BEGIN PRIVATE KEY-----\nabc")


def test_a_systemd_credential_comes_before_the_file(path, tmp_path):
    put(path)
    (tmp_path / "desk.key").write_text('key = "other"\nsecret = "s"\n')

    found = find_credentials(path, {"CREDENTIALS_DIRECTORY": str(tmp_path)}, nobody)

    assert (found.key.reveal(), found.source) == (b"other", "systemd credential")


def test_a_keyring_comes_after_the_file_and_before_a_person(path):
    kept = {"binance-key": Secret(b"k"), "binance-secret": Secret(CANARY.encode())}

    found = find_credentials(path, {}, nobody, kept.get)
    put(path)
    in_file = find_credentials(path, {}, nobody, kept.get)

    assert (found.key.reveal(), found.secret.reveal(), found.source) == (b"k", CANARY.encode(), "keyring, binance")
    assert in_file.key.reveal() == b"the-key"


def test_half_a_key_in_a_keyring_is_none(path):
    with pytest.raises(BadInput, match="nothing under binance-key and binance-secret in a keyring"):
        find_credentials(path, {}, None, {"binance-key": Secret(b"k")}.get)


def test_with_no_file_a_person_is_asked(path):
    answers = iter(["typed-key ", " typed-secret"])

    found = find_credentials(path, {}, lambda prompt: next(answers))

    assert (found.key.reveal(), found.secret.reveal(), found.source) == (b"typed-key", b"typed-secret", "typed in")


def test_a_person_who_types_nothing_has_no_key(path):
    with pytest.raises(BadInput, match="found an empty answer"):
        find_credentials(path, {}, lambda prompt: "")


def test_with_no_file_and_nobody_there_the_file_is_named(path):
    with pytest.raises(BadInput, match=r"binance\.toml: expected the venue's API key .*chmod 600.*found no file"):
        find_credentials(path, {}, None)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_file_that_others_can_read_is_refused_with_the_command_that_mends_it(path, mode):
    put(path, mode=mode)

    with pytest.raises(BadInput, match=f"found mode {mode:04o}: chmod 600 {path}"):
        find_credentials(path, {}, nobody)


def test_a_directory_that_others_can_write_to_is_refused(path):
    put(path)
    path.parent.chmod(0o770)

    with pytest.raises(BadInput, match=f"found mode 0770: chmod 700 {path.parent}"):
        find_credentials(path, {}, nobody)


def test_a_link_is_refused_wherever_it_leads(path, tmp_path):
    put(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BadInput, match="found a link"):
        find_credentials(path, {}, nobody)


def test_a_pipe_is_no_key_file(path):
    os.mkfifo(path, 0o600)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(path, os.O_WRONLY)
    try:
        with pytest.raises(BadInput, match="expected a plain file"):
            find_credentials(path, {}, nobody)
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.parametrize(
    "text",
    [
        f"secret = {CANARY}",
        f'secret = "{CANARY}"',
        f'key = "k"\nsecret = "{CANARY}"\nextra = 1',
        f'key = ""\nsecret = "{CANARY}"',
        f'key = 5\nsecret = "{CANARY}"',
        "\udcff",
    ],
    ids=["not TOML", "no key", "an extra entry", "an empty key", "a number", "not UTF-8"],
)
def test_a_file_that_cannot_be_used_is_refused_without_repeating_it(path, text):
    path.write_bytes(text.encode(errors="surrogateescape"))
    path.chmod(0o600)

    with pytest.raises(BadInput, match="expected") as refused:
        find_credentials(path, {}, nobody)

    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None
