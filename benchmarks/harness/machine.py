"""What the machine is, and how every side is told to use narrower vectors than it has."""

import datetime
import os
import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AVX2_JVM = ["-XX:UseAVX=2", "-Dlinnet.vector.bits=256"]
AVX2_PEERS = {
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}


def cpu_lines():
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def processor():
    """Its name, as the system gives it, with family and model where a virtual machine hides the name."""
    fields = dict(line.split(":", 1) for line in cpu_lines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    name = fields.get("model name", platform.processor() or platform.machine())
    if "cpu family" in fields:
        name += f", family {fields['cpu family']}, model {fields['model']}"
    return name


def own_isa():
    flags = next((line.split(":", 1)[1].split() for line in cpu_lines() if line.startswith("flags")), [])
    if "avx512f" in flags:
        return "avx512"
    if "avx2" in flags:
        return "avx2"
    return platform.machine().lower()


class Machine:
    """The machine as this run uses it: `isa` is its own, or a narrower one that is forced upon it."""

    def __init__(self, isa=None):
        self.forced = isa is not None and isa != own_isa()
        self.isa = isa or own_isa()
        if self.forced and (own_isa(), self.isa) != ("avx512", "avx2"):
            raise SystemExit(f"--isa {isa}: this machine has {own_isa()}; only avx2 can be forced, on avx512")
        self.cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    @property
    def kind(self):
        """The key of its results."""
        return f"{self.isa}-forced" if self.forced else self.isa

    @property
    def jvm_flags(self):
        return AVX2_JVM if self.forced else []

    def environment(self, threads=None):
        """The environment of a peer or of ./linnet, on so many threads."""
        environment = os.environ | {"OMP_NUM_THREADS": str(threads or self.cores)}
        if self.forced:
            environment |= AVX2_PEERS | {"JAVA_TOOL_OPTIONS": " ".join(AVX2_JVM)}
        return environment

    def stamp(self):
        """What stands beside every section of the results."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return {
            "date": datetime.date.today().isoformat(),
            "processor": processor(),
            "isa": self.isa,
            "forced": self.forced,
            "cores": self.cores,
            "memoryBytes": memory,
            "commit": commit(),
        }


def commit():
    """The short name of what is checked out, with a + where files differ from it."""
    try:
        git = ["git", "-C", str(ROOT)]
        name = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        # the results themselves change while a run goes on
        status = [
            *git,
            "status",
            "--porcelain",
            "-uno",
            "--",
            ".",
            ":!benchmarks/RESULTS.*",
            ":!benchmarks/*.svg",
        ]
        changed = subprocess.run(status, capture_output=True, text=True, check=True)
        return name.stdout.strip() + ("+" if changed.stdout.strip() else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
