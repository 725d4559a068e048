"""The command line of benchmarks/run."""

import argparse
import sys
from pathlib import Path

from harness import (
    cost,
    generation,
    gemm,
    java,
    kernels,
    machine_code,
    memory,
    peers,
    quantised,
    regression,
    report,
    startup,
    store,
    tokenizer,
    training,
    where,
)
from harness.machine import ROOT, Machine
from harness.process import Unavailable, end_on_signal

SECTIONS = tuple(report.SECTIONS)
NEED_MODEL = ("lora", "full", "scaling", "memory", "start", "generation", "quantised", "tokenizer")
FOLDER = ROOT / "benchmarks"
TRAINERS = ("torch", "transformers", "peft", "trl")
CHECK_ROUNDS = 5
AGAIN = 3  # JVMs, each with as many rounds


def described(description):
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def parser(description):
    parser = described(description)
    parser.add_argument("--quick", action="store_true", help="fewer shapes and rounds: a look, not a result")
    add_isa(parser)
    parser.add_argument("--python", type=Path, help="of the peers (default: .venv/bin/python, else this one)")
    parser.add_argument("--kernel-rounds", type=int, help="pairs of every kernel (default: 15; quick: 4)")
    parser.add_argument(
        "--slice-seconds", type=float, default=0.04, help="of a kernel's sample (default: %(default)s)"
    )
    return parser


def add_isa(parser):
    parser.add_argument(
        "--isa", choices=["avx2"], help="forces narrower vectors on all sides, where they can be"
    )


def add_work(parser):
    parser.add_argument(
        "--model", type=Path, default=ROOT / ".linnet" / "smollm2" / "SmolLM2-135M-Instruct"
    )
    parser.add_argument(
        "--data", type=Path, default=ROOT / ".linnet" / "gsm8k-train.jsonl", help="GSM8K's train.jsonl"
    )


def completed(options):
    """Fills in what --quick and the place of this file decide."""
    quick = options.quick
    local = ROOT / ".venv" / "bin" / "python"
    options.python = options.python or (local if local.exists() else Path(sys.executable))
    options.kernel_rounds = options.kernel_rounds or (4 if quick else 15)
    return options


def run_options(description):
    own = parser(description)
    own.add_argument("--sections", nargs="+", choices=SECTIONS, default=SECTIONS, help="default: all")
    add_work(own)
    own.add_argument(
        "--steps", type=int, help="of each training process; pairs are one less (default: 7; quick: 3)"
    )
    own.add_argument(
        "--without", nargs="+", default=[], choices=["trl", "loop", "loop-rows"], help="peers to leave out"
    )
    own.add_argument(
        "--step-rounds", type=int, default=1, help="processes of each side (default: %(default)s)"
    )
    own.add_argument("--out", type=Path, default=FOLDER, help="folder of the results (default: benchmarks)")
    own.add_argument("--report", action="store_true", help="only write RESULTS.md again from RESULTS.json")
    options = completed(own.parse_args())
    options.steps = options.steps or (3 if options.quick else 7)
    if options.steps < 2:
        own.error("--steps must be at least 2: speed is taken from step 2 on")
    options.processes = 1 if options.quick else 3
    options.start_rounds = 2 if options.quick else 5
    options.cost_rounds = 3 if options.quick else 7
    options.generation_rounds = 3 if options.quick else 15
    options.decode_tokens = 32 if options.quick else 64
    return options


def require_files(options):
    if not (options.model / "config.json").is_file():
        raise SystemExit(
            f"--model: no config.json in {options.model}; examples/models/get-smollm2 makes such a folder"
        )
    if not options.data.is_file():
        raise SystemExit(
            f"--data: found no {options.data}; expected GSM8K's train.jsonl (openai/grade-school-math)"
        )


def run(description):
    options = run_options(description)
    end_on_signal()
    results = options.out / "RESULTS.json"
    if not options.report:
        if any(section in NEED_MODEL for section in options.sections):
            require_files(options)
        machine = Machine(options.isa)
        java.build()
        options.out.mkdir(parents=True, exist_ok=True)
        for section in options.sections:
            print(f"== {section}", flush=True)
            try:
                found = measure(section, machine, options)
            except Unavailable as why:
                print(f"{section} skipped: {why}", flush=True)
                continue
            store.put(results, machine, section, found | {"quick": options.quick})
    report.write(store.read(results), options.out)
    print(f"wrote {options.out / 'RESULTS.md'}")


def measure(section, machine, options):
    """Each section has servers of its own, so that nothing of another lies in memory."""
    if section == "memory":
        return memory.measure(machine, options)
    if section == "start":
        return startup.measure(machine, options)
    if section == "kernels":
        return kernels.measure(machine, options)
    if section == "gemm":
        with peers.server("torch_server.py", options, machine) as torch:
            found = gemm.measure(torch.server, machine, options)
            return found | {"notes": found["notes"] + torch.versions}
    if section == "tokenizer":
        with peers.server("tokenizers_server.py", options, machine) as peer:
            found = tokenizer.measure(peer.server, machine, options)
            return found | {"notes": found["notes"] + peer.versions}
    with java.server(machine) as linnet:
        if section == "cost":
            return cost.measure(linnet, machine, options)
        if section == "quantised":
            return quantised.measure(linnet, machine, options)
        if section == "generation":
            with peers.server("torch_server.py", options, machine) as torch:
                with llama_server(options, machine) as llama:
                    found = generation.measure(linnet, torch.server, llama.server, machine, options)
                    return found | {"notes": found["notes"] + torch.versions + llama.versions}
        groups = {"lora": training.LORA, "full": training.FULL, "scaling": training.SCALING}[section]
        found = training.measure(linnet, machine, options, groups, rank=0 if section == "full" else 8)
        if section == "scaling":
            return found
        return found | {"notes": found["notes"] + peers.versions(options, *TRAINERS)}


def llama_server(options, machine):
    if machine.forced:
        return peers.Peer(Unavailable("llama.cpp skipped: its vector width was chosen when it was built"), [])
    return peers.server("llama_server.py", options, machine)


def check(description):
    own = parser(description)
    own.add_argument(
        "--results", type=Path, default=FOLDER / "RESULTS.json", help="default: benchmarks/RESULTS.json"
    )
    options = completed(own.parse_args())
    options.kernel_rounds = min(options.kernel_rounds, CHECK_ROUNDS)
    end_on_signal()
    options.processes = 1
    machine = Machine(options.isa)
    sections = store.read(options.results).get(machine.kind, {})
    recorded = regression.shares(sections)
    if not recorded:
        raise SystemExit(
            f"{options.results}: no kernels of {machine.kind} there; benchmarks/run records them"
        )
    others = regression.elsewhere(sections, machine.stamp())
    java.build()
    fresh = fresh_shares(machine, options, {regression.case(name) for name in recorded})
    compared = len(recorded.keys() & fresh.keys())
    if compared == 0:
        raise SystemExit(
            f"{options.results}: none of its kernels is measured any more; run benchmarks/run again"
        )
    gone = [] if options.quick else regression.missing(recorded, fresh)
    fallen = regression.falls(recorded, fresh)
    if fallen:
        print(f"{len(fallen)} seem to have fallen; measuring them again", flush=True)
        options.processes, options.kernel_rounds = AGAIN, AGAIN * options.kernel_rounds
        again = fresh_shares(machine, options, {regression.case(fall.name) for fall in fallen})
        fallen = regression.falls({fall.name: fall.recorded for fall in fallen}, again)
    here = regression.shares({name: section for name, section in sections.items() if name not in others})
    say_where(others, machine)
    for finding in fallen + gone:
        if finding.name not in here:
            print(f"not counted, recorded on another machine: {finding}")
    counted = [str(finding) for finding in fallen + gone if finding.name in here]
    if counted:
        raise SystemExit("below what is recorded, or gone:\n" + "\n".join(counted))
    print(f"{compared - len(fallen)} of {compared} shares are where they were, or higher")


def say_where(others, machine):
    """Says of which sections the recorded shares are another machine's."""
    for section, place in others.items():
        this = regression.where(machine.stamp())
        print(
            f"{section} was recorded on {place}, and this is {this}: shares are indicative, and none of them "
            "makes this check fail"
        )


def fresh_shares(machine, options, cases):
    """Shares of the kernels of these names."""
    without = Unavailable("torch is not needed here")
    sections = {
        "gemm": gemm.measure(without, machine, options, cases.__contains__),
        "kernels": kernels.measure(machine, options, cases.__contains__),
    }
    return regression.shares(sections)


def loops(description):
    """benchmarks/loops."""
    parser = described(description)
    parser.add_argument("kernels", nargs="*", help=f"of {', '.join(machine_code.KERNELS)} (default: all)")
    add_isa(parser)
    options = parser.parse_args()
    wanted = options.kernels or list(machine_code.KERNELS)
    for name in wanted:
        if name not in machine_code.KERNELS:
            parser.error(f"no kernel {name}: it is one of {', '.join(machine_code.KERNELS)}")
    end_on_signal()
    machine_code.show(Machine(options.isa), wanted)


def time_shares(description):
    """benchmarks/where."""
    parser = described(description)
    add_work(parser)
    parser.add_argument("--full", dest="side", action="store_const", const="linnet-full", default="linnet")
    parser.add_argument("--steps", type=int, default=14, help="of which the first are not counted (default: 14)")
    add_isa(parser)
    options = parser.parse_args()
    for path in (options.model, options.data):
        if not path.exists():
            parser.error(f"{path} is not there; see --model and --data")
    end_on_signal()
    where.show(Machine(options.isa), options)
