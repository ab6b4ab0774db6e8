"""A terminal of 200×50 that counts what a program writes to it."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence

COLUMNS, ROWS = 200, 50


class Terminal:
    """Runs a command on a pseudo-terminal; everything it writes is read at once and counted."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self.started = time.perf_counter()
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), environment)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.written = 0
        self.tail = b""
        self._code: int | None = None

    def read_for(self, seconds: float) -> None:
        """Read what is written during so many seconds."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)

    def read_until(self, text: bytes, seconds: float) -> float:
        """Read until `text` has been written; return the seconds since the start, or raise TimeoutError."""
        end = self.started + seconds
        while text not in self.tail:
            if time.perf_counter() > end:
                raise TimeoutError(f"{text!r} was not written within {seconds} s")
            self._read(0.05)
        return time.perf_counter() - self.started

    def cpu_seconds(self) -> float:
        """Return the processor time the program has used."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._descriptor, keys)

    def hang_up(self) -> None:
        """Take the terminal away, as a lost SSH connection does."""
        os.close(self._descriptor)
        self._descriptor = -1

    def wait(self) -> int:
        """Return the exit code of the program, once it has ended."""
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code

    def close(self) -> None:
        """End the program whatever it thinks of that: a desk outlives its terminal on purpose."""
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
        if self._descriptor >= 0:
            self.hang_up()

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if ready:
            chunk = os.read(self._descriptor, 65_536)
            self.written += len(chunk)
            self.tail = (self.tail + chunk)[-200_000:]
