"""A screen's end of the doorway."""

import socket
import threading

import pytest
from msgspec.structs import replace

from desk.model.command import CancelAll
from desk.model.error import BadInput
from desk.runtime.frames import COMMAND_MAX, LENGTH, Glance, Hello, frame, length_of, read_hello, read_wish
from desk.runtime.visitor import Visitor
from tests.kit.views import BTC, desk_view


class Host:
    """A desk at the other end of a socket, on a thread of its own: one visitor, a script of what is said."""

    def __init__(self, path, script):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self.thread = threading.Thread(target=self._serve, args=(script,))
        self.thread.start()

    def _serve(self, script):
        connection, _ = self._listener.accept()
        with connection, self._listener:
            script(connection)


def read(connection):
    length = length_of(connection.recv(LENGTH.size, socket.MSG_WAITALL), COMMAND_MAX)
    return connection.recv(length, socket.MSG_WAITALL)


def test_a_visitor_greets_sees_views_and_is_heard(tmp_path):
    path, heard = tmp_path / "desk.sock", []

    def script(connection):
        heard.append(read_hello(read(connection)))
        connection.sendall(frame(desk_view()))
        heard.append(read_wish(read(connection)))
        heard.append(read_wish(read(connection)))

    host = Host(path, script)

    with Visitor(path, controls=True) as visitor:
        view = visitor.latest()
        visitor.submit(CancelAll())
        visitor.look_at(BTC)
        host.thread.join()

    assert view == desk_view()
    assert heard == [Hello(controls=True), CancelAll(), Glance(BTC)]


def test_when_the_desk_is_gone_the_last_view_stays_and_nothing_raises(tmp_path):
    path, gone = tmp_path / "desk.sock", threading.Event()

    def script(connection):
        read(connection)
        connection.sendall(frame(replace(desk_view(), seq=8)))

    host = Host(path, script)

    with Visitor(path, controls=True) as visitor:
        host.thread.join()
        visitor._reader.join()
        gone.set()
        visitor.submit(CancelAll())
        visitor.submit(CancelAll())

        assert visitor.latest().seq == 8


def test_without_a_desk_there_is_one_sentence(tmp_path):
    with (
        pytest.raises(BadInput, match=r"desk.sock: expected a running desk, found: no such file"),
        Visitor(tmp_path / "desk.sock", controls=False),
    ):
        pass


def test_a_host_that_shows_nothing_is_one_sentence(tmp_path):
    path = tmp_path / "desk.sock"
    host = Host(path, read)

    with pytest.raises(BadInput, match="expected a view within 5 s, found none"), Visitor(path, controls=False):
        pass

    host.thread.join()
