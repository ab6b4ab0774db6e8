"""Where settings come from, and what is said about those that cannot be used."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from desk.config import Settings, config_path, describe, load_settings
from desk.model.error import BadInput


@pytest.fixture
def settings(tmp_path):
    """Return a function from TOML text to the settings it gives."""

    def load(text="", environ=None, overrides=None):
        path = tmp_path / "desk.toml"
        path.write_text(text)
        return load_settings(path, environ or {}, overrides or {})

    return load


@pytest.fixture
def no_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))


def test_without_a_file_the_defaults_hold(no_home):
    settings = load_settings(None, {}, {})

    assert settings == Settings()
    assert [(each.id, each.name, each.wallet) for each in settings.sub_accounts] == [
        ("1", "main", Decimal(50_000)),
        ("2", "swing", Decimal(25_000)),
        ("3", "scalp", Decimal(25_000)),
    ]


def test_the_file_is_looked_for_in_the_config_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    config_path().parent.mkdir(parents=True)
    config_path().write_text("seed = 8")

    assert load_settings(None, {}, {}).seed == 8


def test_a_file_that_was_named_must_exist(tmp_path):
    with pytest.raises(BadInput, match=r"other\.toml: expected a readable file, found: no such file"):
        load_settings(tmp_path / "other.toml", {}, {})


def test_the_described_file_is_the_default(settings):
    assert settings(describe()) == Settings()


def test_the_description_has_every_key():
    described = set(tomllib.loads(describe())) | {"data_dir"}

    assert described == set(Settings.__struct_fields__)
    assert "# data_dir =" in describe()


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(settings):
    text = "seed = 1\nleverage = 1\nmark_age_ms_max = 1000"
    environ = {"DESK_LEVERAGE": "2", "DESK_FRAME_RATE": "2"}

    chosen = settings(text, environ, {"mark_age_ms_max": 3000, "symbols": None})

    assert (chosen.seed, chosen.leverage, chosen.mark_age_ms_max) == (1, 2, 3000)
    assert chosen.symbols == Settings().symbols


def test_text_from_outside_the_file_becomes_what_the_key_wants(settings):
    environ = {"DESK_SYMBOLS": "ETHUSDT, SOLUSDT", "DESK_CONFIRM_ABOVE": "none", "DESK_DATA_DIR": "~/x"}

    chosen = settings("", environ, {"seed": "9", "market_slip_bps": "12.5"})

    assert chosen.symbols == ("ETHUSDT", "SOLUSDT")
    assert chosen.confirm_above is None
    assert chosen.data_dir == Path.home() / "x"
    assert (chosen.seed, chosen.market_slip_bps) == (9, Decimal("12.5"))


def test_variables_of_others_are_not_read(settings):
    assert settings("", {"DESK_LAMP": "on", "SEED": "8"}) == Settings()


def test_money_keeps_its_digits(settings):
    assert str(settings('order_value_max = "1000.10"').order_value_max) == "1000.10"


def test_sizes_of_one_base_leave_the_others_as_they_were(settings):
    sizes = settings('[sizes]\nBTC = ["0.5", 1]').sizes

    assert sizes["BTC"] == (Decimal("0.5"), Decimal(1))
    assert sizes["SOL"] == Settings().sizes["SOL"]


def test_the_limits_are_those_that_were_set(settings):
    limits = settings('leverage = 5\nmarket_slip_bps = "7.5"\norder_value_max = 9\nmark_age_ms_max = 100').limits

    assert (limits.leverage, limits.market_slip_bps, limits.order_value_max, limits.mark_age_ms_max) == (
        5,
        Decimal("7.5"),
        Decimal(9),
        100,
    )


SUB = '[[sub_accounts]]\nid = "{id}"\nname = "{name}"\nwallet = {wallet}\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("levrage = 5", r"levrage: expected a known key, found `levrage`: did you mean `leverage`"),
        ("zzz = 5", r"zzz: expected a known key, found `zzz`: there are sub_accounts, symbols, "),
        ('leverage = "5"', r'leverage: expected a whole number from 1 to 125, found "5"'),
        ("leverage = 126", r"leverage: expected a whole number from 1 to 125, found 126"),
        ("leverage = true", r"leverage: expected a whole number from 1 to 125, found true"),
        ("leverage = 2.0", r"leverage: expected a whole number from 1 to 125, found 2\.0"),
        (
            "order_value_max = 0.1",
            r'order_value_max: expected an exact amount: write it as a string, "0\.1", found 0\.1',
        ),
        ('order_value_max = "a lot"', r'order_value_max: expected an amount, found "a lot"'),
        ('order_value_max = "NaN"', r'order_value_max: expected an amount above 0, found "NaN"'),
        ('order_value_max = "Infinity"', r'order_value_max: expected an amount above 0, found "Infinity"'),
        ("order_value_max = 0", r"order_value_max: expected an amount above 0, found 0"),
        ("order_value_max = []", r"order_value_max: expected an amount, found a list of 0"),
        ('key_mode = "fast"', r'key_mode: expected one of safe, confirm, armed, found "fast"'),
        ("data_dir = 3", r"data_dir: expected a path, found 3"),
        ("symbols = []", r"symbols: expected a list of symbols, found a list of 0"),
        ('symbols = ["btcusdt"]', r'symbols: expected a symbol in capitals, found "btcusdt"'),
        ('symbols = ["A", "A"]', r'symbols: expected each symbol once, found "A, A"'),
        ("sizes = 3", r"sizes: expected a table of lists, by base currency, found 3"),
        ("[sizes]\nBTC = []", r"sizes\.BTC: expected a list of 1 to 9 sizes, for the keys 1 to 9, found a list of 0"),
        ("[sizes]\nBTC = [0.1]", r'sizes\.BTC: expected an exact amount: write it as a string, "0\.1", found 0\.1'),
        ("sub_accounts = []", r"sub_accounts: expected at least one \[\[sub_accounts\]\] table, found a list of 0"),
        (
            '[[sub_accounts]]\nid = "1"',
            r'sub_accounts\[1\]: expected a table with exactly id, name, wallet, found "id"',
        ),
        (
            SUB.format(id="HOUSE", name="a", wallet=1),
            r"sub_accounts\[1\]\.id: expected a string of 1 to 4 capitals or digits that does not begin with 0",
        ),
        (SUB.format(id="1", name="a b", wallet=1), r"sub_accounts\[1\]\.name: expected a string of 1 to 12 letters"),
        (SUB.format(id="1", name="a", wallet=-1), r"sub_accounts\[1\]\.wallet: expected an amount above 0, found -1"),
        (2 * SUB.format(id="1", name="a", wallet=1), r'sub_accounts: expected each id once, found "1, 1"'),
        ("seed = 1\nleverage =\n", r"line 2, column 11: invalid value"),
        ("seed = 1\nseed = 2", r"line 2, at the end: cannot overwrite a value"),
        ("seed = 1\n= 2\n\n", r"line 2, column 1: invalid statement"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_with_file_key_expected_and_found(settings, text, complaint):
    with pytest.raises(BadInput, match=rf"/desk\.toml: {complaint}"):
        settings(text)


@pytest.mark.parametrize(
    ("environ", "overrides", "complaint"),
    [
        ({"DESK_SEED": "seven"}, {}, r'^environment: DESK_SEED: expected a whole number from 0 to .*, found "seven"$'),
        ({}, {"seed": "-1"}, r"^command line: seed: expected a whole number from 0 to .*, found -1$"),
        ({}, {"sede": "1"}, r"^command line: sede: expected a known key, found `sede`: did you mean `seed`$"),
    ],
)
def test_a_complaint_names_the_place_outside_the_file_too(settings, environ, overrides, complaint):
    with pytest.raises(BadInput, match=complaint):
        settings("", environ, overrides)


def test_a_file_in_another_encoding_is_named_with_the_line(tmp_path):
    path = tmp_path / "desk.toml"
    path.write_bytes(b"seed = 1\n# caf\xe9\n")

    with pytest.raises(BadInput, match=r"desk\.toml: line 2: expected UTF-8, found byte 0xe9"):
        load_settings(path, {}, {})


def test_a_directory_in_the_place_of_the_file_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match=r"expected a readable file, found: is a directory"):
        load_settings(tmp_path, {}, {})
