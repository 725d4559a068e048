"""Matrix products of the model's shapes, beside MKL through torch and beside the multiply-add loop.

Each round measures every side in turn, for some hundredths of a second; ratios are taken within a round.
"""

import time

from harness import java
from harness.process import Unavailable
from harness.stats import ratios, summary

FORMS = {"forward": "x·Wᵀ", "inputGradient": "dy·W"}
WARM_UP_SECONDS = 0.25
COMPILE_SECONDS = 2  # until the JVM has compiled what it will
PAUSE_SECONDS = 0.005  # lets the waiting threads of the side before go to sleep


def shapes(quick):
    """Tokens × output features × input features."""
    layers = [(1536, 576), (576, 1536), (192, 576)]
    tokens = (1024,) if quick else (256, 1024, 4096)
    return [(count, *layer) for count in tokens for layer in layers] + [(1024, 1024, 1024)]


def measure(linnet, torch, machine, options, wanted=lambda name: True):
    """The section: a row for each shape and form that is wanted. `torch` is a server, or Unavailable."""
    for dtype in ("F32", "BF16"):
        for form in FORMS:
            params = {"shape": "256x1536x576", "weights": dtype, "threads": machine.cores}
            java.kernel(linnet, "GemmBenchmark", form, COMPILE_SECONDS, **params)
    rows = []
    for shape in shapes(options.quick):
        for form in FORMS:
            if wanted(case_name("x".join(str(size) for size in shape), form)):
                rows.append(measure_shape(linnet, torch, machine.cores, shape, form, options))
                print(progress(rows[-1]), flush=True)
    shares = {
        f"{case_name(row['shape'], row['form'])}, {dtype}, {threads} threads": of_threads[f"{dtype}/peak"]
        for row in rows
        for threads, of_threads in row["threads"].items()
        for dtype in ("F32", "BF16")
    }
    notes = [str(torch)] if isinstance(torch, Unavailable) else []
    return {"rows": rows, "shares": shares, "notes": notes}


def case_name(shape, form):
    return f"gemm {shape} {form}"


def measure_shape(linnet, torch, cores, shape, form, options):
    name = "x".join(str(size) for size in shape)
    counts = sorted({1, cores})
    sides = {}
    for threads in counts:
        sides["peak", threads] = lambda s, t=threads: java.peak(linnet, t, s)
        for dtype in ("F32", "BF16"):
            params = {"shape": name, "weights": dtype, "threads": threads}
            sides[dtype, threads] = lambda s, p=params: java.kernel(linnet, "GemmBenchmark", form, s, **p)[
                "gigaFlops"
            ]
        if not isinstance(torch, Unavailable):
            work = {"m": shape[0], "n": shape[1], "k": shape[2], "form": form, "threads": threads}
            sides["MKL", threads] = lambda s, w=work: torch.ask(do="gemm", seconds=s, **w)["gigaFlops"]
    samples = alternate(sides, options.kernel_rounds, options.slice_seconds)
    return {"shape": name, "form": form, "threads": {str(n): figures(samples, n, counts) for n in counts}}


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
