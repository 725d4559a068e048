"""Builds Linnet and the benchmarks where sources are newer, and starts the benchmarks' server."""

import os
import shutil
import subprocess
from pathlib import Path

from harness.machine import ROOT
from harness.process import Server

LAUNCHER = ROOT / "linnet"
TARGET = ROOT / "benchmarks" / "target"
COMPILE_SECONDS = 1
MODULES = ("tensor", "autograd", "nn", "sft", "benchmarks")


def find_jdk():
    """The folder of a JDK 25, where ./linnet looks for one too."""
    on_path = shutil.which("java")
    named = [os.environ.get("JAVA25_HOME"), os.environ.get("JAVA_HOME")]
    named += [str(Path(on_path).resolve().parents[1])] if on_path else []
    folders = [Path(name) for name in named if name]
    for pattern in (
        "usr/lib/jvm/*",
        "Library/Java/JavaVirtualMachines/*/Contents/Home",
        "opt/java/*",
        "opt/jdk*",
    ):
        folders += sorted(Path("/").glob(pattern))
    for pattern in (".sdkman/candidates/java/*", ".jdks/*"):
        folders += sorted(Path.home().glob(pattern))
    for folder in folders:
        release = folder / "release"
        if (
            (folder / "bin" / "java").exists()
            and release.is_file()
            and 'JAVA_VERSION="25' in release.read_text()
        ):
            return folder
    raise SystemExit("found no JDK 25; set JAVA25_HOME to the folder of one (./linnet says where it looks)")


def build():
    """Both builds, each only where something changed."""
    subprocess.run([str(LAUNCHER), "--version"], check=True, stdout=subprocess.DEVNULL)
    stamp = TARGET / "built"
    sources = [ROOT / "pom.xml"]
    for module in MODULES:
        sources.append(ROOT / module / "pom.xml")
        sources += [path for path in (ROOT / module / "src" / "main").rglob("*") if path.is_file()]
    if stamp.exists() and all(path.stat().st_mtime < stamp.stat().st_mtime for path in sources):
        return
    print("building the benchmarks ...", flush=True)
    maven = ["./mvnw", "-q", "-B", "-Dmaven.test.skip=true", "-pl", "benchmarks", "-am", "package"]
    begun = max(path.stat().st_mtime for path in sources) + 0.001
    subprocess.run(maven, cwd=ROOT, check=True, env=os.environ | {"JAVA25_HOME": str(find_jdk())})
    stamp.touch()
    os.utime(stamp, (begun, begun))


def server(machine, flags=()):
    """Linnet's side of what is measured call by call; what measures the limits is compiled by then."""
    command = [
        find_jdk() / "bin" / "java",
        *["-XX:+UseSerialGC", "-Xms64m", "-Xmx2g", "--add-modules", "jdk.incubator.vector"],
        *machine.jvm_flags,
        *flags,
        *["-cp", f"{TARGET / 'classes'}{os.pathsep}{TARGET / 'lib'}/*"],
        "linnet.benchmarks.server.BenchServer",
    ]
    linnet = Server("Linnet", command, dict(os.environ))
    for threads in sorted({1, machine.cores}):
        peak(linnet, threads, COMPILE_SECONDS)
        bandwidth(linnet, threads, COMPILE_SECONDS)
    return linnet


def kernel(linnet, benchmark, method, seconds, **params):
    """Calls a benchmark's method for some time."""
    texts = {name: str(value) for name, value in params.items()}
    return linnet.ask(**{"do": "kernel", "class": benchmark}, method=method, params=texts, seconds=seconds)


def peak(linnet, threads, seconds=0.02):
    """GFLOP/s of the pure multiply-add loop."""
    return kernel(linnet, "PeakBenchmark", "multiplyAdd", seconds, threads=threads)["gigaFlops"]


def bandwidth(linnet, threads, seconds=0.05):
    """GB/s of a pure read."""
    return kernel(linnet, "PeakBenchmark", "read", seconds, threads=threads)["gigaBytes"]
