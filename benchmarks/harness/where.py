"""Where the time of a training step goes, by the samples of the JDK's flight recorder.

A sample has the name of the nearest place that the compiler has kept a note of: what ends a loop and what comes
right after it may be taken for one another.
"""

import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from harness import java, sides, turns
from harness.report import table

DELAY_SECONDS = 25  # until all is compiled
LEAST = 0.003  # of all samples: what is rarer is summed up
WAITING = ("Crew$Job.await", "Crew.help", "Parts.help")
HELPERS = ("Width.", "Native.")  # what they do belongs to the kernel that calls them
FRAME = re.compile(r"^\s+(?:[\w.]+\.)?linnet\.(\w+)\.(?:\w+\.)*?([A-Z][\w$]*\.[\w$]+)\(")


def show(machine, options):
    """Trains some steps and prints two tables: kernels of all threads, ops of the calling one."""
    java.build()
    work = sides.Work(options.model, options.data, options.steps)
    folder, scratch = turns.fresh_folder()
    with folder, tempfile.TemporaryDirectory() as records:
        file = Path(records) / "step.jfr"
        command, environment = sides.command(options.side, work, scratch, options, machine)
        recorder = f"-XX:StartFlightRecording:settings=profile,delay={DELAY_SECONDS}s,filename={file}"
        before = environment.get("JAVA_TOOL_OPTIONS", "")
        environment = environment | {"JAVA_TOOL_OPTIONS": f"{before} {recorder}".strip()}
        trained = subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True)
        if trained.returncode != 0:
            raise SystemExit(trained.stderr)
        jfr = [java.find_jdk() / "bin" / "jfr", "print", "--stack-depth", "64", "--events"]
        printed = subprocess.run([*jfr, "jdk.ExecutionSample", file], capture_output=True, text=True, check=True)
    found = samples(printed.stdout)
    if not found:
        raise SystemExit(f"no samples: {options.steps} steps were over within {DELAY_SECONDS} s; use more --steps")
    print(f"{len(found)} samples\n")
    print("\n".join(shares("kernel, all threads", [kernel(frames) for _, frames in found])) + "\n")
    main = [op(frames) for thread, frames in found if thread == "main"]
    print("\n".join(shares("op, the thread that calls", main)))


def samples(printed):
    """[(thread, frames of Linnet, the innermost first)]"""
    found = []
    for event in printed.split("jdk.ExecutionSample {")[1:]:
        thread = re.search(r'sampledThread = "([^"]*)"', event)
        frames = [match.groups() for match in map(FRAME.match, event.splitlines()) if match]
        if thread and frames:
            found.append((thread[1], frames))
    return found


def kernel(frames):
    """The innermost method of Linnet's but for helpers, or that it waits."""
    names = [name for _, name in frames]
    name = next((name for name in names if not name.startswith(HELPERS)), names[0])
    return "waiting for other threads" if name in WAITING else name


def op(frames):
    """The innermost op and its direction, or what runs outside of any."""
    for module, name in frames:
        if module == "autograd" and name.endswith((".forward", ".vjp")):
            return name
    return "outside of ops: " + frames[0][1]


def shares(title, names):
    """A table, the most frequent first."""
    counts = Counter(names)
    rows = [(name, n) for name, n in counts.most_common() if n >= LEAST * len(names)]
    rest = len(names) - sum(n for _, n in rows)
    rows += [("what is rarer", rest)] if rest else []
    return table((title, "share"), [(name, f"{100 * n / len(names):.1f} %") for name, n in rows])
