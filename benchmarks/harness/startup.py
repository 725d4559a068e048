"""From the command until step 1 begins to compute, all rows encoded; the process is ended there."""

from harness import sides, turns
from harness.stats import ratios, summary

LINNET_CACHE = "LINNET_CACHE"


def measure(machine, options):
    """The section: each side with its cache warm, and with a fresh one."""
    work = sides.Work(options.model, options.data, steps=1)
    folder, scratch = turns.fresh_folder()
    found, notes = {}, []
    with folder:
        for name in ("linnet", "trl"):
            warm = scratch / f"{name}-warm"
            warm.mkdir()
            try:
                whole_run(side(name, work, warm, options, machine))
            except turns.Unavailable as why:
                notes.append(f"{sides.NAMES[name]} skipped: {why}")
                continue
            found[f"{name}, warm"], found[f"{name}, cold"] = [], []
        for index in range(options.start_rounds):
            for name in found if index % 2 else reversed(found):
                program, kind = name.split(", ")
                cache = scratch / (f"{program}-warm" if kind == "warm" else f"{program}-{index}")
                cache.mkdir(exist_ok=True)
                found[name].append(until_computing(side(program, work, cache, options, machine)))
                print(f"start of {name}: {found[name][-1]:.2f} s", flush=True)
    result = {"seconds": {name: summary(values) for name, values in found.items()}, "notes": notes}
    result["ratios"] = {
        f"linnet, {kind}": ratios(found[f"linnet, {kind}"], found[f"trl, {kind}"])
        for kind in ("warm", "cold")
        if f"linnet, {kind}" in found and f"trl, {kind}" in found
    }
    return result


def side(name, work, cache, options, machine):
    """A started side whose caches, and all else that it writes, are in one folder."""
    run = 0
    while (cache / str(run)).exists():
        run += 1
    output = cache / str(run)
    output.mkdir()
    # TRL keeps its data set's cache in the folder that it is given, Linnet in one that the environment names
    command, environment = sides.command(name, work, cache if name == "trl" else output, options, machine)
    return turns.Side(name, command, environment | {LINNET_CACHE: str(cache / "cache")})


def whole_run(started):
    try:
        started.finish()
    finally:
        started.close()


def until_computing(started):
    try:
        started.wait_for("computing", turns.START_SECONDS)
        return started.since_start()
    finally:
        started.close()
