"""The innermost loops of kernels as C2 has compiled them, from the machine code that the JVM writes to its log."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness import java

PACKAGE = "linnet.tensor.vector"
SECONDS = 5

# kernels, and the benchmark that calls them
KERNELS = {
    "Kernel8x2.multiply": ("GemmBenchmark", "forward", {"shape": "1024x1536x576", "weights": "F32"}),
    "Kernel6x2.multiply": ("GemmBenchmark", "forward", {"shape": "1024x1536x576", "weights": "F32"}),
    "VectorElements.addFourRows": ("FactorBenchmark", "gradientA", {}),
    "VectorScores.expSum": ("AttentionBenchmark", "forward", {"rows": "8x220"}),
}


@dataclass(frozen=True)
class Loop:
    """The instructions from the target of a jump back to the jump."""

    instructions: tuple

    def count(self, pattern):
        return sum(bool(re.search(pattern, text)) for text in self.instructions)

    @property
    def multiply_adds(self):
        return self.count(r"^vfn?m(add|sub)")

    def __str__(self):
        vectors = [f"{self.count(name)} {name}" for name in ("zmm", "ymm") if self.count(name)]
        return (
            f"{len(self.instructions)} instructions ({', '.join(vectors)}), {self.multiply_adds} multiply-adds, "
            f"{self.count('PTR')} with a place in memory, {self.count('rsp')} of them on the stack"
        )


def show(machine, wanted):
    """Prints the loop of each kernel."""
    if shutil.which("objdump") is None:
        raise SystemExit("objdump is not there: install binutils")
    java.build()
    for name in wanted:
        loop = compiled(machine, name)
        if loop is None:
            print(f"{name}: not used on this machine, or without a loop that multiplies and adds\n")
        else:
            print("\n".join([f"{name}: {loop}", *(f"    {text}" for text in loop.instructions)]) + "\n")


def compiled(machine, name):
    """The loop of one kernel, or None."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        flags = [
            "-XX:+UnlockDiagnosticVMOptions",
            f"-XX:CompileCommand=print,{PACKAGE}.{name.replace('.', '::')}",
            *["-XX:-DisplayVMOutput", "-XX:+LogVMOutput", f"-XX:LogFile={log}"],
        ]
        with java.server(machine, flags) as linnet:
            benchmark, method, params = KERNELS[name]
            java.kernel(linnet, benchmark, method, SECONDS, threads=1, **params)
        codes = machine_codes(log.read_text(errors="replace"))
    return hottest(instructions(codes[-1])) if codes else None


def machine_codes(log):
    """The bytes of each method that C2 compiled to be called: not of those that it compiled to jump into a loop."""
    codes = []
    for block in log.split("C2-compiled nmethod")[1:]:
        title = re.search(r"Compiled method.*", block)
        if title and "%" not in title[0] and "[MachCode]" in block:
            code = block.split("[MachCode]")[1].split("[Stub Code]")[0].split("[/MachCode]")[0]
            lines = re.findall(r"^\s+0x[0-9a-f]+: ([0-9a-f |]+)$", code, re.MULTILINE)
            codes.append(bytes.fromhex("".join(lines).replace("|", "").replace(" ", "")))
    return codes


def instructions(code):
    """[(address, text)]"""
    with tempfile.NamedTemporaryFile() as file:
        file.write(code)
        file.flush()
        command = ["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn"]
        found = subprocess.run([*command, file.name], capture_output=True, text=True, check=True)
    lines = re.findall(r"^\s+([0-9a-f]+):\t(.*)$", found.stdout, re.MULTILINE)
    return [(int(address, 16), " ".join(text.split())) for address, text in lines]


def hottest(code):
    """Of the loops that hold no other, the one with the most multiply-adds, and of those the shortest."""
    spans = set()
    for address, text in code:
        jump = re.match(r"j\w+ 0x([0-9a-f]+)", text)
        if jump and int(jump[1], 16) < address:
            spans.add((int(jump[1], 16), address))
    innermost = [one for one in spans if not any(other != one and within(other, one) for other in spans)]
    loops = [Loop(tuple(text for at, text in code if first <= at <= last)) for first, last in innermost]
    multiplying = [loop for loop in loops if loop.multiply_adds]
    return max(multiplying, key=lambda loop: (loop.multiply_adds, -len(loop.instructions)), default=None)


def within(inner, outer):
    return outer[0] <= inner[0] and inner[1] <= outer[1]
