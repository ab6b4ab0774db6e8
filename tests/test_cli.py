"""The command line: what it prints, how it ends, and that nothing but a sentence comes of bad input."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from desk.cli import main

ROOT = Path(__file__).parents[1]
RECORDING = ROOT.parent / "shared" / "data" / "market" / "usdm_btcusdt_20240808.gz"
NOON = 1_800_014_400_000_000_000
STORY = "sub 1; chase buy 0.050 btcusdt join; sub 2; sell 0.020 btcusdt market"


@pytest.fixture
def recording():
    if not RECORDING.is_file():
        pytest.skip("no recorded market beside the checkout: ../shared/data/market")
    return RECORDING


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Run the desk without a screen in virtual time; return exit code, standard output, standard error."""
    monkeypatch.setenv("DESK_DATA_DIR", str(tmp_path / "data"))

    def headless(*arguments, speed="max", span="2"):
        code = main(["--headless", "--speed", speed, "--for", span, *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return headless


def one_sentence(err):
    lines = err.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("desk: ") and "Traceback" not in err


def test_the_final_view_is_one_json_document(run):
    code, out, _ = run("-c", "buy 0.01 btc market", "--json")

    document = json.loads(out)
    assert code == 0
    assert document["venue_name"] == "PAPER"
    assert document["subs"][0]["positions"][0]["quantity"] == "0.01"
    assert document["proof"]["quantity"] is document["proof"]["equity"] is True


def test_without_json_a_person_can_read_it(run):
    code, out, _ = run("-c", "buy 0.01 btc market")

    assert code == 0
    assert "BTCUSDT +0.01" in out
    assert "proof proven" in out


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("buy 1 foo @1", "found foo"),
        ("buy 0.01 btc @61800.05", "price: expected a multiple of 0.1, found 61800.05"),
        ("buy 0.0001 btc market", "quantity: expected at least 0.001, found 0.0001"),
        ("buy 0.01 btc @90000", "the venue's collar for a buy), found 90000"),
        ("sell 1 btc market reduce", "reduce-only: expected a long position of main in BTCUSDT, found no position"),
        ("flub", "verb: expected one of"),
    ],
)
def test_a_command_that_cannot_be_meant_is_one_sentence_and_sends_nothing(run, line, sentence):
    code, out, err = run("-c", line, "--json")

    assert code == 2
    assert one_sentence(err)
    assert sentence in err
    assert json.loads(out)["orders"] == []


def test_a_fill_names_the_order_it_belongs_to(run):
    _, out, _ = run("-c", "buy 0.01 btc market; sell 0.01 btc market", "--json")

    document = json.loads(out)
    bought, sold = document["orders"]
    assert {row["side"]: row["order_id"] for row in document["fills"]} == {
        bought["side"]: bought["id"],
        sold["side"]: sold["id"],
    }


def test_what_was_not_carried_out_in_time_is_a_failure_that_says_so(run):
    code, out, err = run("-c", "wait 60s; buy 0.01 btc market")

    assert code == 1
    assert one_sentence(err)
    assert "not everything was carried out" in err
    assert "open orders 0, fills 0" in out


def test_a_seed_is_one_market_and_another_seed_another(run, tmp_path, monkeypatch):
    monkeypatch.setattr("desk.wiring.WallClock.now", lambda clock: NOON)

    def play(seed, data):
        return run("--seed", seed, "--data", str(tmp_path / data), "-c", "buy 0.01 btc market", "--json")[1]

    first = play("8", "one")

    assert json.loads(first)["fills"]
    assert play("8", "two") == first
    assert play("9", "three") != first


def test_a_refusal_of_the_gate_is_said_on_standard_error(run):
    code, _, err = run("-c", "buy 10 btc market")

    assert code == 0
    assert "desk: buy 10 BTCUSDT: order value: expected at most 250000" in err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "expected a file, found nothing at that path"),
        (b"", "expected market messages, found none in 0 lines"),
        (b"garbage\n", "line 1: expected `<receive ns> <json>`"),
    ],
)
def test_a_file_that_is_no_recording_is_one_sentence(run, tmp_path, content, sentence):
    path = tmp_path / "market.txt"
    if content is not None:
        path.write_bytes(content)

    code, out, err = run("--market", str(path))

    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert sentence in err


def test_a_recording_cannot_be_told_to_fall(run, tmp_path):
    code, out, err = run("--market", str(tmp_path / "market.gz"), "--crash", "gap")

    assert (code, out) == (2, "")
    assert "--crash: only the practice market can be told to fall" in err


def test_a_recording_that_breaks_off_is_played_so_far_and_says_where(run, tmp_path, recording):
    with gzip.open(recording) as whole:
        head = gzip.compress(b"".join(next(whole) for _ in range(2_000)))
    path = tmp_path / "cut.gz"
    path.write_bytes(head[: len(head) // 2])

    code, out, err = run("--market", str(path), "-c", "buy 0.01 btc market", span="60")

    assert code == 0
    assert "BTCUSDT +0.01" in out
    assert "cut.gz stops at line" in err


def test_the_story_on_the_recording_ends_the_same_on_every_run(recording, tmp_path):
    def play(seed):
        command = [sys.executable, "-m", "desk", "--headless", "--market", str(recording), "--speed", "max"]
        env = {**os.environ, "PYTHONHASHSEED": seed, "DESK_DATA_DIR": str(tmp_path)}
        return subprocess.run(
            [*command, "-c", STORY, "--for", "300", "--json"], cwd=ROOT, env=env, capture_output=True, check=True
        ).stdout

    first, second = play("1"), play("2")

    assert first == second
    told = json.loads(first)
    assert {row["id"]: row["filled"] for row in told["orders"]} == {
        "PMS0001_CHS001000100_00001": "0.05",
        "PMS0002_MAN001000000_00002": "0.02",
    }
    assert [(row["sub"], row["quantity"], row["price"], row["fee"], row["maker"]) for row in told["fills"]] == [
        # 0.05 * 61800.2 * 0.02 % and 0.02 * 61800.2 * 0.05 %
        ("1", "0.05", "61800.2", "0.618002", True),
        ("2", "0.02", "61800.2", "0.618002", False),
    ]
    assert told["venue"]["positions"][0]["quantity"] == "0.03"
    assert told["proof"]["equity_ours"] == told["proof"]["equity_venue"]
    assert told["marks"]["BTCUSDT"]["source"] == "mid"
    assert told["venue_name"] == "PAPER REPLAY"


def test_a_database_of_a_newer_version_is_refused_and_left_alone(run, tmp_path):
    run()
    path = tmp_path / "data" / "desk.db"
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE meta SET value = 7 WHERE key = 'schema'")
    newer.close()
    before = path.read_bytes()

    code, _, err = run()

    assert code == 2
    assert one_sentence(err)
    assert "found 7" in err
    assert path.read_bytes() == before


def test_a_data_directory_that_cannot_be_made_is_one_sentence(run, tmp_path):
    (tmp_path / "file").write_text("")

    code, _, err = run("--data", str(tmp_path / "file" / "data"))

    assert code == 2
    assert one_sentence(err)
    assert "data directory: expected one that can be created" in err


def test_a_foreign_name_in_a_complaint_does_not_steer_the_terminal(run, tmp_path):
    tape = tmp_path / "tape"
    tape.write_text(
        '1 {"stream":"x","data":{"e":"trade","s":"\\u001b]0;owned\\u0007","p":"1","q":"1","m":true}}\n',
        encoding="ascii",
    )

    code, _, err = run("--market", str(tape))

    assert code == 2
    assert "no trading rules for ?]0;owned?" in err
    assert "\x1b" not in err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("leverge = 3", "expected a known key, found `leverge`: did you mean `leverage`"),
        ('leverage = "x"', 'leverage: expected a whole number from 1 to 125, found "x"'),
    ],
)
def test_a_wrong_setting_names_file_key_and_what_was_found(run, tmp_path, text, sentence):
    path = tmp_path / "desk.toml"
    path.write_text(text)

    code, _, err = run("--config", str(path))

    assert code == 2
    assert one_sentence(err)
    assert f"{path}: " in err
    assert sentence in err


def test_the_screen_needs_a_terminal(capsys):
    code = main([])

    assert code == 2
    assert "expected a terminal, found none; use --headless" in capsys.readouterr().err


def test_what_belongs_to_a_headless_desk_is_refused_on_a_screen(capsys):
    assert main(["-c", "buy 1 btc market"]) == 2
    assert "need --headless" in capsys.readouterr().err


def test_the_settings_can_be_written_out(capsys):
    assert main(["config"]) == 0
    assert "leverage = 10" in capsys.readouterr().out


@pytest.mark.parametrize("bad", [["--speed", "0"], ["--for", "-1"], ["--speed", "fast"]])
def test_a_number_that_cannot_be_used_is_refused(bad, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--headless", *bad])

    assert ended.value.code == 2
    assert "expected a whole number" in capsys.readouterr().err


def test_the_cards_of_the_runs_that_are_over_are_listed_and_exported(run, tmp_path, capsys):
    code, _, _ = run("-c", "chase buy 0.050 btcusdt join ttl 1s onttl cross; wait 40s", span="45")
    assert code == 0

    assert main(["cards", "--json"]) == 0
    (card,) = json.loads(capsys.readouterr().out)
    assert (card["algo"], card["filled"], card["reason"]) == ("chase-1", "0.05", "filled")
    assert card["markout_30s_bps"] is not None

    assert main(["cards", "--csv"]) == 0
    assert capsys.readouterr().out.startswith("algo,kind,sub,")
    assert main(["cards"]) == 0
    assert "chase-1" in capsys.readouterr().out


def test_cards_of_a_desk_that_never_ran_are_asked_for_in_vain(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DESK_DATA_DIR", str(tmp_path / "none"))

    assert main(["cards"]) == 2
    assert "expected a journal of the desk, found no file" in capsys.readouterr().err
