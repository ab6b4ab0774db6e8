import gzip

import pytest

from desk.exchange.tape_file import Broken, read_lines
from desk.model.error import BadInput

LINES = [f"{number} message {number * number}".encode() for number in range(40_000)]
TEXT = b"\n".join(LINES) + b"\n"


def _file(tmp_path, data, name="tape.log"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def _read(path):
    lines, reason = [], None
    try:
        # What was read before it broke stays in the list.
        lines.extend(read_lines(path))
    except Broken as broken:
        reason = str(broken)
    return lines, reason


def test_compression_is_told_by_content_and_not_by_name(tmp_path):
    plain_called_gz = _file(tmp_path, TEXT, "plain.gz")
    gzip_called_log = _file(tmp_path, gzip.compress(TEXT), "compressed.log")

    assert _read(plain_called_gz) == (LINES, None)
    assert _read(gzip_called_log) == (LINES, None)


def test_several_compressed_parts_are_one_file(tmp_path):
    middle = len(TEXT) // 2

    path = _file(tmp_path, gzip.compress(TEXT[:middle]) + gzip.compress(TEXT[middle:]))

    assert _read(path) == (LINES, None)


def test_a_last_line_without_its_end_is_a_line(tmp_path):
    assert _read(_file(tmp_path, b"one\ntwo")) == ([b"one", b"two"], None)


def test_a_file_cut_short_gives_every_whole_line_before_the_cut(tmp_path):
    data = gzip.compress(TEXT)

    lines, reason = _read(_file(tmp_path, data[: len(data) // 2]))

    assert reason == "expected more compressed data, found the end of the file"
    assert len(lines) > 15_000
    assert lines == LINES[: len(lines)]


def test_damage_gives_every_whole_line_before_it(tmp_path):
    data = bytearray(gzip.compress(TEXT))
    data[-8:-4] = b"\x00\x00\x00\x00"

    lines, reason = _read(_file(tmp_path, bytes(data)))

    assert reason.startswith("expected compressed data, found damage")
    assert lines == LINES[: len(lines)]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"^recording gone\.gz: expected a file, found nothing at that path$"):
        next(read_lines(tmp_path / "gone.gz"))


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(BadInput, match="expected a file, found a directory"):
        next(read_lines(tmp_path))


def test_an_empty_file_has_no_lines(tmp_path):
    assert _read(_file(tmp_path, b"")) == ([], None)
