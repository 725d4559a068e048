"""Training processes that take turns step by step: while one computes, the others are stopped by a signal.

So steps on the same rows are seconds apart, whatever a process needs to start, and the machine's limit is
measured between them. The time of a step is taken here: from the moment its process goes on to the arrival of
its line.
"""

import json
import os
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from harness.process import Lines, Unavailable, end, last_line, start

START_SECONDS = 900
STEP_SECONDS = 900


class Side:
    """One training process."""

    def __init__(self, name, command, environment):
        self.name = name
        self.log = tempfile.TemporaryFile()
        self.begun = time.monotonic()
        self.process = start(command, environment, self.log)
        self.process.stdin.close()
        self.lines = Lines(self.process)

    def wait_for(self, event, seconds):
        """The next line of this kind."""
        try:
            while (text := self.lines.next(seconds)) is not None:
                line = json.loads(text) if text.startswith("{") else {}
                if line.get("event") == event:
                    return line
        except TimeoutError as late:
            raise Unavailable(f"{self.name}: {late}; {last_line(self.log)}") from late
        raise Unavailable(f"{self.name}: ended before its next {event}; {last_line(self.log)}")

    def since_start(self):
        return time.monotonic() - self.begun

    def stop(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def finish(self):
        """Waits for the end; the high-water mark of its resident memory, mapped pages included."""
        try:
            while self.lines.next(STEP_SECONDS) is not None:
                pass
            _, status, usage = os.wait4(self.process.pid, 0)
        except TimeoutError as late:
            raise Unavailable(f"{self.name}: does not end; {last_line(self.log)}") from late
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode != 0:
            raise Unavailable(f"{self.name}: exit code {self.process.returncode}; {last_line(self.log)}")
        return usage.ru_maxrss * 1024

    def close(self):
        end(self.process)
        self.log.close()


@dataclass
class Course:
    """What a side did: the wait before step 1, then steps 2 … n with the limits measured around each."""

    start_seconds: float = 0.0
    peak_bytes: int = 0
    first: dict = None
    steps: list = field(default_factory=list)


def run(sides, steps, limit):
    """Runs {name: (command, environment)} in turns; {name: Course}, and {name: why} for those that failed.

    `limit()` measures what the machine can do at that moment, and returns any value.
    """
    running, courses, failed = {}, {}, {}
    try:
        for name, (command, environment) in sides.items():
            attempt(name, failed, lambda n=name, c=command, e=environment: begin(n, c, e, running, courses))
        for index in range(1, steps):
            names = [name for name in running if name not in failed]
            for name in names if index % 2 else reversed(names):
                attempt(name, failed, lambda n=name: courses[n].steps.append(step(running[n], limit)))
        for name in [name for name in running if name not in failed]:
            attempt(name, failed, lambda n=name: finish(running[n], courses[n]))
    finally:
        for side in running.values():
            side.close()
    return {name: course for name, course in courses.items() if name not in failed}, failed


def attempt(name, failed, action):
    try:
        action()
    except Unavailable as why:
        failed[name] = str(why)
        print(why, flush=True)


def begin(name, command, environment, running, courses):
    side = running[name] = Side(name, command, environment)
    courses[name] = Course()
    side.wait_for("computing", START_SECONDS)
    courses[name].start_seconds = side.since_start()
    courses[name].first = side.wait_for("step", STEP_SECONDS)
    side.stop()


def step(side, limit):
    before = limit()
    begun = time.monotonic()
    side.go_on()
    line = side.wait_for("step", STEP_SECONDS)
    seconds = time.monotonic() - begun
    side.stop()
    after = limit()
    print(
        f"{side.name} step {line['step']}: {line['tokens'] / seconds:.0f} tokens/s, loss {line['loss']:.4f}",
        flush=True,
    )
    return {"line": line, "seconds": seconds, "before": before, "after": after}


def finish(side, course):
    side.go_on()
    course.peak_bytes = side.finish()


def fresh_folder():
    """A folder for what the sides write; remove it with cleanup()."""
    folder = tempfile.TemporaryDirectory(prefix="linnet-benchmark-", ignore_cleanup_errors=True)
    return folder, Path(folder.name)
