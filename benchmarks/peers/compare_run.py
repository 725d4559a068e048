"""Holds a run of `linnet train --json` against the reference run in PEFT, step by step.

compare_run.py LINES [--reference FILE] [--tolerance 0.005]

LINES is what `linnet train --json` printed for the command in README.md. Exit code 1 where the loss of a
step, or a validation loss, differs by more than the tolerance, or where a step saw other tokens.
"""

import argparse
import json
from pathlib import Path

REFERENCE = Path(__file__).with_name("reference") / "gsm8k-lora-60.json"


def gaps(found, expected, kind):
    """The relative differences of the losses, by step, for the steps that the run has."""
    result = {}
    by_step = {one["step"]: one for one in expected}
    for one in found:
        wanted = by_step.get(one["step"])
        if wanted is None:
            raise SystemExit(f"{kind} of step {one['step']}: the reference has none")
        for field in ("tokens", "trainedTokens"):
            if field in wanted and one[field] != wanted[field]:
                raise SystemExit(f"step {one['step']}: {field} is {one[field]}; expected {wanted[field]}")
        result[one["step"]] = abs(one["loss"] / wanted["loss"] - 1)
        print(
            f"{kind} {one['step']:3}: {one['loss']:.6f}, PEFT {wanted['loss']:.6f}, {result[one['step']]:.1e}"
        )
    return result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lines", type=Path)
    parser.add_argument("--reference", type=Path, default=REFERENCE)
    parser.add_argument("--tolerance", type=float, default=0.005)
    args = parser.parse_args()

    reference = json.loads(args.reference.read_text())
    events = [json.loads(line) for line in args.lines.read_text().splitlines() if line.startswith("{")]
    steps = gaps([one for one in events if one["event"] == "step"], reference["steps"], "step")
    validations = gaps(
        [one for one in events if one["event"] == "validation"], reference["validation"], "validation"
    )
    if not steps:
        raise SystemExit(f"{args.lines}: no line with the event `step`")
    worst = max([*steps.values(), *validations.values()])
    print(f"{len(steps)} steps, {len(validations)} validations: largest relative difference {worst:.1e}")
    if worst > args.tolerance:
        raise SystemExit(f"more than {args.tolerance}")


if __name__ == "__main__":
    main()
