"""Matrix products of the model's shapes, beside MKL through torch and beside the multiply-add loop.

Each round measures every side in turn, for some hundredths of a second; ratios are taken within a round.
"""

import time

from harness import java
from harness.process import Unavailable
from harness.stats import ratios, summary

FORMS = {"forward": "x·Wᵀ", "inputGradient": "dy·W"}
WARM_UP_SECONDS = 0.25
COMPILE_SECONDS = 1.5  # until the JVM has compiled what it will
SCALING_OF_QUIET_ROUNDS = 0.8  # of the number of cores
FEWEST_QUIET_ROUNDS = 3
FURTHER_ATTEMPTS = 3
WAIT_SECONDS = 2
PAUSE_SECONDS = 0.02  # lets the waiting threads of the side before go to sleep: OpenMP's spin for some milliseconds


def shapes(quick):
    """Tokens × output features × input features."""
    layers = [(1536, 576), (576, 1536), (192, 576)]
    tokens = (1024,) if quick else (256, 1024, 4096)
    # a prompt's 512 tokens are the most with which Linnet flips a product
    others = [(1024, 1024, 1024)] if quick else [(512, 1536, 576), (1024, 1024, 1024)]
    return [(count, *layer) for count in tokens for layer in layers] + others


def measure(torch, machine, options, wanted=lambda name: True):
    """The section: a row for each shape and form that is wanted. `torch` is a server, or Unavailable."""
    counts = sorted({1, machine.cores})
    cases = [("x".join(map(str, shape)), form) for shape in shapes(options.quick) for form in FORMS]
    cases = [case for case in cases if wanted(case_name(*case))]
    samples = {case: {} for case in cases}
    for _ in processes(options) if cases else ():
        with java.server(machine) as linnet:
            compile_products(linnet, machine.cores)
            for case in cases:
                sides = sides_of(linnet, torch, counts, *case)
                found = quiet_rounds(sides, counts, rounds(options), options.slice_seconds)
                print(progress(row(case, found, counts)), flush=True)
                add(samples[case], found)
    rows = [row(case, found, counts) for case, found in samples.items()]
    shares = {
        f"{case_name(one['shape'], one['form'])}, {dtype}, {threads} threads": figures_of[f"{dtype}/peak"]
        for one in rows
        for threads, figures_of in one["threads"].items()
        for dtype in ("F32", "BF16")
    }
    notes = [str(torch)] if isinstance(torch, Unavailable) else []
    return {"rows": rows, "shares": shares, "notes": notes}


def processes(options):
    """Rounds are shared out over several JVMs, so that the spread holds what differs from one to the next."""
    return range(options.processes)


def rounds(options):
    return -(-options.kernel_rounds // options.processes)


def add(samples, found):
    for name, values in found.items():
        samples.setdefault(name, []).extend(values)


def case_name(shape, form):
    return f"gemm {shape} {form}"


def row(case, samples, counts):
    shape, form = case
    kept = undisturbed(samples, counts)
    found = {name: [values[index] for index in kept] for name, values in samples.items()}
    threads = {str(n): figures(found, n, counts) for n in counts}
    total = len(samples["peak", counts[0]])
    return {"shape": shape, "form": form, "rounds": total, "leftOut": total - len(kept), "threads": threads}


def quiet_rounds(sides, counts, wanted, seconds):
    """Samples of so many undisturbed rounds, or of those that came in a few attempts."""
    found = alternate(sides, wanted, seconds)
    for _ in range(FURTHER_ATTEMPTS):
        missing = wanted - len(quiet(found, counts))
        if missing > 0:
            time.sleep(WAIT_SECONDS)
            add(found, alternate(sides, missing, seconds))
    return found


def undisturbed(samples, counts):
    """The rounds in which all cores were there for us; all rounds, where there is hardly such a one.

    Now and then two virtual processors get the time of one. Threads that wait for equal shares then lose more
    than those that take what is left to do, and a comparison of the two says nothing about their kernels.
    """
    kept = quiet(samples, counts)
    return kept if len(kept) >= FEWEST_QUIET_ROUNDS else list(range(len(samples["peak", counts[0]])))


def quiet(samples, counts):
    one, many = (samples["peak", count] for count in (counts[0], counts[-1]))
    least = SCALING_OF_QUIET_ROUNDS * counts[-1]
    return [index for index in range(len(one)) if counts[-1] == 1 or many[index] / one[index] >= least]


def compile_products(linnet, threads):
    for dtype in ("F32", "BF16"):
        for form in FORMS:
            params = {"shape": "256x1536x576", "weights": dtype, "threads": threads}
            java.kernel(linnet, "GemmBenchmark", form, COMPILE_SECONDS, **params)


def sides_of(linnet, torch, counts, shape, form):
    """{(side, threads): a function of seconds to GFLOP/s}."""
    m, n, k = (int(size) for size in shape.split("x"))

    def product(dtype, threads):
        params = {"shape": shape, "weights": dtype, "threads": threads}
        return lambda seconds: java.kernel(linnet, "GemmBenchmark", form, seconds, **params)["gigaFlops"]

    def mkl(threads):
        work = {"m": m, "n": n, "k": k, "form": form, "threads": threads}
        return lambda seconds: torch.ask(do="gemm", seconds=seconds, **work)["gigaFlops"]

    sides = {}
    for threads in counts:
        sides["peak", threads] = lambda seconds, t=threads: java.peak(linnet, t, seconds)
        sides["F32", threads] = product("F32", threads)
        sides["BF16", threads] = product("BF16", threads)
        if not isinstance(torch, Unavailable):
            sides["MKL", threads] = mkl(threads)
    return sides


def alternate(sides, rounds, seconds):
    """Samples of each side, one a round; every round begins with another side."""
    for side in sides.values():
        side(WARM_UP_SECONDS)
    samples = {name: [] for name in sides}
    order = list(sides)
    for index in range(rounds):
        first = index % len(order)
        for name in order[first:] + order[:first]:
            time.sleep(PAUSE_SECONDS)
            samples[name].append(sides[name](seconds))
    return samples


def figures(samples, threads, counts):
    found = {
        name: samples[name, threads] for name in ("peak", "F32", "BF16", "MKL") if (name, threads) in samples
    }
    result = {name: summary(values) for name, values in found.items()}
    for dtype in ("F32", "BF16"):
        result[f"{dtype}/peak"] = ratios(found[dtype], found["peak"])
        if "MKL" in found:
            result[f"{dtype}/MKL"] = ratios(found[dtype], found["MKL"])
    result["BF16/F32"] = ratios(found["BF16"], found["F32"])
    if "MKL" in found:
        result["MKL/peak"] = ratios(found["MKL"], found["peak"])
    if threads != counts[0]:
        for name in list(found):
            speedups = [many / one for many, one in zip(found[name], samples[name, counts[0]], strict=True)]
            found[f"{name} scaling"] = speedups
            result[f"{name} scaling"] = summary(speedups)
        for name in ("F32", "BF16", "MKL"):
            if f"{name} scaling" in found:
                result[f"{name} scaling/peak scaling"] = ratios(
                    found[f"{name} scaling"], found["peak scaling"]
                )
    return result


def progress(row):
    parts = [f"gemm {row['shape']} {row['form']}:"]
    for threads, figures_of in row["threads"].items():
        mkl = f", {figures_of['F32/MKL']['median']:.2f} of MKL" if "F32/MKL" in figures_of else ""
        parts.append(f"{threads} threads {figures_of['F32/peak']['median']:.2f} of peak{mkl};")
    return " ".join(parts)
