"""Whole training steps: LoRA and full fine-tuning beside the peers, and one thread beside all."""

from harness import java, sides, turns
from harness.process import Unavailable
from harness.stats import ratios, summary

LIMIT_SECONDS = 0.15
# sides of a group are in memory at once
LORA = (("linnet", "trl"), ("linnet", "loop", "loop-rows"))
FULL = (("linnet-full", "trl-full"), ("linnet-full", "loop-full", "loop-rows-full"))
SCALING = (("linnet", "linnet-1"),)


def measure(linnet, machine, options, groups, rank):
    """The section. `linnet` is the server, which measures the limits and counts the arithmetic."""
    work = sides.Work(options.model, options.data, options.steps)
    flops = count(linnet, work, rank)
    found, notes = {}, []
    groups = [kept(group, options.without) for group in groups]
    for _ in range(options.step_rounds):
        for group in [group for group in groups if len(group) > 1]:
            courses, failed = run_group(linnet, machine, options, group, work)
            notes += [f"{sides.NAMES[name]} skipped: {why}" for name, why in failed.items()]
            for name, course in courses.items():
                check(name, course, flops)
                found.setdefault(name, []).append((group, course))
    if not found:
        raise Unavailable("; ".join(notes))
    first = groups[0][0]
    return {
        "sides": {name: figures(name, of_side, flops, machine.cores) for name, of_side in found.items()},
        "ratios": {name: beside(found, first, name) for name in found if name != first and first in found},
        "peakScaling": summary(peak_scalings(found)),
        "steps": options.steps,
        "batch": work.batch,
        "maxLength": work.max_length,
        "notes": notes,
    }


def kept(group, without):
    return tuple(name for name in group if name.removesuffix("-full") not in without)


def count(linnet, work, rank):
    """Tokens and useful operations of each step."""
    request = {"model": str(work.model), "data": str(work.data), "batch": work.batch, "steps": work.steps}
    return linnet.ask(do="work", **request, maxLength=work.max_length, rank=rank)["steps"]


def run_group(linnet, machine, options, group, work):
    folder, scratch = turns.fresh_folder()
    with folder:
        commands = {}
        for name in group:
            (scratch / name).mkdir()
            commands[name] = sides.command(name, work, scratch / name, options, machine)
        return turns.run(commands, work.steps, lambda: limits(linnet, machine.cores))


def limits(linnet, cores):
    return {threads: java.peak(linnet, threads, LIMIT_SECONDS) for threads in sorted({1, cores})}


def check(name, course, flops):
    """All sides must have seen the same tokens and trained the same ones."""
    lines = [course.first] + [step["line"] for step in course.steps]
    for line, expected in zip(lines, flops, strict=True):
        for field in ("tokens", "trainedTokens"):
            if line[field] != expected[field]:
                raise SystemExit(
                    f"{name}, step {line['step']}: {field} is {line[field]}; expected {expected[field]}: "
                    "not the same work, so there is nothing to compare"
                )


def speeds(course):
    return [step["line"]["tokens"] / step["seconds"] for step in course.steps]


def figures(name, of_side, flops, cores):
    courses = [course for _, course in of_side]
    threads = 1 if name == "linnet-1" else cores
    shares = []
    for course in courses:
        for step in course.steps:
            useful = flops[step["line"]["step"] - 1]["flops"] / step["seconds"] / 1e9
            shares.append(useful / ((step["before"][threads] + step["after"][threads]) / 2))
    return {
        "tokensPerSecond": summary([speed for course in courses for speed in speeds(course)]),
        "shareOfPeak": summary(shares),
        "peakBytes": summary([course.peak_bytes for course in courses]),
        "startSeconds": summary([course.start_seconds for course in courses]),
        "losses": [courses[0].first["loss"]] + [step["line"]["loss"] for step in courses[0].steps],
    }


def beside(found, first, name):
    """How many times as fast the first side is, from steps on the same rows in the same group."""
    ours, theirs = [], []
    for group, course in found[name]:
        own = [other for other_group, other in found[first] if other_group == group]
        index = [other for other_group, other in found[name] if other_group == group].index(course)
        if index < len(own):
            ours += speeds(own[index])
            theirs += speeds(course)
    return ratios(ours, theirs) if ours else None


def peak_scalings(found):
    """What a second core adds for the multiply-add loop, measured around the very steps."""
    return [
        max(sample.values()) / sample[1]
        for of_side in found.values()
        for _, course in of_side
        for step in course.steps
        for sample in (step["before"], step["after"])
    ]
