"""Training speed and memory of TRL, of a plain PyTorch + PEFT loop and of Linnet, in one run on one machine.

The same work for all: SmolLM2-135M-Instruct, LoRA rank 8 on all linear layers, GSM8K train rows in order,
batch 8, length at most 512, F32, only the answer trained. The sides take turns, each a process of its own,
for --rounds. Prints a Markdown table:

    tokens/s    unpadded tokens of step 2 on, over the time from the end of step 1 to the end of the last step
    per CPU s   the same tokens over the processor time that the process took for them, all threads together
    peak        largest resident memory of the process (getrusage, mapped pages included)
    start       seconds from the command until step 1 begins to compute, model and data loaded by then
    losses      of the first four steps
    others      processor time that anything else took meanwhile, in cores: near 0 on a quiet machine

On a busy machine only `per CPU s` says something, and that with --threads 1: waiting OpenMP threads spin.
All times are taken here, from the arrival of each side's step lines (events.py; `linnet train --json`).
"""

import argparse
import json
import os
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAUNCHER = HERE.parents[1] / "linnet"
NAMES = {
    "trl": "TRL + PEFT",
    "trl-checkpointing": "TRL + PEFT, its default gradient checkpointing",
    "loop": "PyTorch + PEFT loop",
    "loop-rows": "PyTorch + PEFT loop, row by row (no padding)",
    "linnet": "Linnet",
}


@dataclass(frozen=True)
class Step:
    """One step line of a side, with the wall time since its command and its processor time when it came."""

    line: dict
    arrival: float
    cpu_seconds: float


@dataclass(frozen=True)
class Run:
    """What one process did, and what it took."""

    steps: list
    peak_bytes: int
    other_cores: float

    @property
    def start(self):
        return self.steps[0].arrival - self.steps[0].line["seconds"]

    @property
    def speed(self):
        return self.tokens_after_first / (self.steps[-1].arrival - self.steps[0].arrival)

    @property
    def cpu_speed(self):
        return self.tokens_after_first / (self.steps[-1].cpu_seconds - self.steps[0].cpu_seconds)

    @property
    def tokens_after_first(self):
        return sum(step.line["tokens"] for step in self.steps[1:])

    def as_json(self):
        return {
            "tokensPerSecond": self.speed,
            "tokensPerCpuSecond": self.cpu_speed,
            "secondsToFirstStep": self.start,
            "peakBytes": self.peak_bytes,
            "otherCores": self.other_cores,
            "steps": [step.line for step in self.steps],
        }


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="BF16 Hugging Face folder of the model")
    parser.add_argument("--train", type=Path, required=True, help="gsm8k-train.jsonl")
    parser.add_argument("--sides", nargs="+", choices=NAMES, default=["trl", "loop", "linnet"])
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=1, help="turns of each side; the table takes medians")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--max-length", type=int, default=512)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of every side; all processors")
    parser.add_argument(
        "--linnet-args", default="", help="further arguments of `linnet train`, in one string"
    )
    parser.add_argument("--out", type=Path, help="JSON file for every step of every run")
    args = parser.parse_args()
    if args.steps < 2:
        parser.error("--steps must be at least 2: speed is taken from step 2 on")
    return args


def command(side, args, scratch):
    """The command line of one side; `scratch` is a fresh folder that it may write in."""
    sizes = ["--max-length", args.max_length]
    work = [
        "--model",
        args.model,
        "--train",
        args.train,
        "--steps",
        args.steps,
        "--batch",
        args.batch,
        *sizes,
    ]
    trl = [sys.executable, HERE / "side_trl.py", *work, "--scratch", scratch]
    loop = [sys.executable, HERE / "side_loop.py", *work, "--micro-batch"]
    linnet = [LAUNCHER, "train", "--model", args.model, "--data", args.train, "--output", scratch / "adapter"]
    linnet += ["--max-steps", args.steps, "--batch-size", args.batch, "--threads", args.threads, *sizes]
    linnet += (
        "--json --map question=prompt,answer=completion --no-shuffle --lora-rank 8 --lora-alpha 16".split()
    )
    linnet += "--lr 1e-4 --schedule constant --max-grad-norm 0".split()
    commands = {
        "trl": trl,
        "trl-checkpointing": [*trl, "--gradient-checkpointing"],
        "loop": [*loop, args.batch],
        "loop-rows": [*loop, 1],
        "linnet": [*linnet, *shlex.split(args.linnet_args)],
    }
    return [str(word) for word in commands[side]]


def machine_cpu_seconds():
    """Processor seconds that all processes of the machine have used since it started."""
    first_line = Path("/proc/stat").read_text().split("\n")[0]
    user, nice, system, _, _, irq, soft_irq, *_ = map(int, first_line.split()[1:])
    return (user + nice + system + irq + soft_irq) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """Processor seconds of a running process."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def follow(process, side, begun):
    """The steps of a running side, as their lines come."""
    steps = []
    for text in process.stdout:
        line = json.loads(text) if text.startswith("{") else {}
        if line.get("event") == "step":
            steps.append(Step(line, time.monotonic() - begun, cpu_seconds(process.pid)))
            summary = f"{line['tokens']} tokens, {line['seconds']:.1f} s, loss {line['loss']:.4f}"
            print(f"{side} step {line['step']}: {summary}", file=sys.stderr, flush=True)
    return steps


def run(side, args):
    with tempfile.TemporaryDirectory() as folder, open(Path(folder) / "log", "w+", encoding="utf-8") as log:
        machine_before = machine_cpu_seconds()
        begun = time.monotonic()
        process = subprocess.Popen(
            command(side, args, Path(folder)),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
            env=os.environ | {"OMP_NUM_THREADS": str(args.threads)},
        )
        try:
            steps = follow(process, side, begun)
            # wait4 tells the high-water mark of this process alone, which Popen.wait does not
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        wall = time.monotonic() - begun
        if process.returncode != 0 or len(steps) != args.steps:
            log.seek(0)
            done = f"exit code {process.returncode}, {len(steps)} of {args.steps} steps"
            raise SystemExit(f"{side}: {done}\n{log.read()}")
    others = machine_cpu_seconds() - machine_before - usage.ru_utime - usage.ru_stime
    return Run(steps, usage.ru_maxrss * 1024, max(0.0, others / wall))


def check_same_work(runs):
    """Every side must have seen the same tokens and trained the same ones in each step."""
    first_side, first = next((side, of_side[0].steps) for side, of_side in runs.items())
    for side, of_side in runs.items():
        for step, expected in zip(of_side[0].steps, first, strict=True):
            for field in ("tokens", "trainedTokens"):
                if step.line[field] != expected.line[field]:
                    raise SystemExit(
                        f"step {step.line['step']}: {field} is {step.line[field]} in {side} but "
                        f"{expected.line[field]} in {first_side}: not the same work, so nothing to compare"
                    )


def table(runs):
    def median(side, field):
        return statistics.median(getattr(one, field) for one in runs[side])

    def ratio(side, field):
        if "linnet" not in runs or side == "linnet":
            return ""
        return f" ({median('linnet', field) / median(side, field):.2f} ×)"

    lines = [
        "| (Linnet is … ×) | tokens/s | per CPU s | peak | start | losses | others |",
        "|---|---|---|---|---|---|---|",
    ]
    for side, of_side in runs.items():
        cells = [
            NAMES[side],
            f"{median(side, 'speed'):.0f}{ratio(side, 'speed')}",
            f"{median(side, 'cpu_speed'):.0f}{ratio(side, 'cpu_speed')}",
            f"{median(side, 'peak_bytes') / 2**30:.2f} GiB{ratio(side, 'peak_bytes')}",
            f"{median(side, 'start'):.1f} s",
            ", ".join(f"{step.line['loss']:.4f}" for step in of_side[0].steps[:4]),
            f"{median(side, 'other_cores'):.2f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    args = arguments()
    if "linnet" in args.sides:
        # its first use builds it, which is not what is measured
        subprocess.run([LAUNCHER, "--version"], check=True, stdout=subprocess.DEVNULL)
    runs = {side: [] for side in args.sides}
    for _ in range(args.rounds):
        for side in args.sides:
            runs[side].append(run(side, args))
    if args.out:
        figures = {side: [one.as_json() for one in of_side] for side, of_side in runs.items()}
        args.out.write_text(json.dumps(figures, indent=1) + "\n")
    check_same_work(runs)
    print(table(runs))


if __name__ == "__main__":
    main()
