"""Processes that answer a line of JSON for each line of JSON, and none that outlives the run."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time


class Unavailable(Exception):
    """A side that cannot run; the message says why, and the table repeats it."""


def end(process):
    """Kills a process and what it started; harmless if it is gone."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGCONT)
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def end_on_signal():
    """A run that is asked to end ends its processes too, the stopped ones among them."""
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, lambda number, _: sys.exit(128 + number))


def start(command, environment, log):
    """A process in a group of its own, so that all of it can be stopped and ended."""
    try:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    except OSError as failed:
        raise Unavailable(f"{command[0]}: {failed.strerror}") from failed


class Lines:
    """The lines that a process prints, with a limit to waiting for one."""

    def __init__(self, process):
        self.process = process
        self.buffer = b""

    def next(self, seconds):
        """The next line; None at the end of output. Raises TimeoutError."""
        limit = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            left = limit - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise TimeoutError(f"no line within {seconds:.0f} s")
            read = os.read(self.process.stdout.fileno(), 1 << 16)
            if not read:
                return None
            self.buffer += read
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode("utf-8", "replace")


class Server:
    """A side that is started once and then measures what it is asked for."""

    def __init__(self, name, command, environment):
        self.name = name
        self.log = tempfile.TemporaryFile()
        self.process = start(command, environment, self.log)
        self.lines = Lines(self.process)

    def ask(self, timeout=300, **request):
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            while (line := self.lines.next(timeout)) is not None and not line.startswith("{"):
                pass
        except (TimeoutError, OSError) as failed:
            raise Unavailable(f"{self.name}: {failed}; {self.last_words()}") from failed
        if line is None:
            raise Unavailable(f"{self.name}: ended; {self.last_words()}")
        answer = json.loads(line)
        if "error" in answer:
            raise Unavailable(f"{self.name}: {answer['error']}")
        return answer

    def last_words(self):
        return last_line(self.log)

    def close(self):
        end(self.process)
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def last_line(log):
    """The end of what a process wrote to standard error."""
    log.seek(0, os.SEEK_END)
    log.seek(max(0, log.tell() - 4000))
    lines = [line for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
