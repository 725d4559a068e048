"""The command line of every side that trains."""

from dataclasses import dataclass

from harness.java import LAUNCHER
from harness.peers import PEERS

NAMES = {
    "linnet": "Linnet",
    "linnet-1": "Linnet, 1 thread",
    "linnet-checkpointing": "Linnet with --checkpointing",
    "linnet-nf4": "Linnet with --quantize nf4",
    "linnet-int8": "Linnet with --quantize int8",
    "linnet-full": "Linnet",
    "trl": "TRL + PEFT, as documented",
    "trl-warm": "TRL + PEFT, its data cache warm",
    "trl-full": "TRL, all weights",
    "loop": "PyTorch + PEFT loop, head only where a token is trained",
    "loop-rows": "the same loop row by row, without padding, allocator tuned",
    "loop-full": "PyTorch loop, head only where a token is trained",
    "loop-rows-full": "the same loop row by row, without padding, allocator tuned",
}
# spares the loop page faults: memory that was freed is kept
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "4000000000"}


@dataclass(frozen=True)
class Work:
    """What all sides train on: rows of a file in order."""

    model: object
    data: object
    steps: int
    batch: int = 8
    max_length: int = 512


def command(side, work, scratch, options, machine):
    """The command and the environment of one side; `scratch` is a folder that it may write in."""
    if side.startswith("linnet"):
        threads = 1 if side == "linnet-1" else machine.cores
        return linnet(side, work, scratch, threads), machine.environment(threads)
    words = ["--model", work.model, "--train", work.data, "--steps", work.steps, "--batch", work.batch]
    words += ["--max-length", work.max_length] + (["--full"] if side.endswith("-full") else [])
    environment = machine.environment()
    if side.startswith("trl"):
        return [options.python, PEERS / "side_trl.py", *words, "--scratch", scratch], environment
    by_row = side.startswith("loop-rows")
    loop = [options.python, PEERS / "side_loop.py", *words, "--micro-batch", 1 if by_row else work.batch]
    return loop, environment | (ALLOCATOR if by_row else {})


def linnet(side, work, scratch, threads):
    words = [LAUNCHER, "train", "--json", "--model", work.model, "--data", work.data]
    words += ["--map", "question=prompt,answer=completion", "--no-shuffle", "--output", scratch / "trained"]
    words += ["--max-steps", work.steps, "--batch-size", work.batch, "--max-length", work.max_length]
    words += ["--threads", threads, "--schedule", "constant", "--max-grad-norm", 0]
    if side.endswith("-full"):
        return [*words, "--full", "--lr", "2e-5"]
    words += ["--lora-rank", 8, "--lora-alpha", 16, "--lr", "1e-4"]
    if side in ("linnet-nf4", "linnet-int8"):
        return [*words, "--quantize", side.removeprefix("linnet-")]
    return [*words, "--checkpointing"] if side == "linnet-checkpointing" else words
