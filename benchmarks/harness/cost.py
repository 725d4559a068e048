"""How the cost of a step grows with layers and with tokens: linearly, it should be."""

from harness import java
from harness.gemm import alternate
from harness.stats import summary

LAYERS = (2, 7, 12)  # with one, that one would be the last, of which wanted tokens alone are computed
ROWS = ("8x220", "16x220")
FEW_LAYERS = 7


def measure(linnet, machine, options):
    """The section, on all cores: growths are 1 where a step costs in proportion."""
    cases = {("layers", layers): {"layers": layers, "rows": ROWS[0]} for layers in LAYERS}
    cases |= {("rows", rows): {"layers": FEW_LAYERS, "rows": rows} for rows in ROWS[1:]}
    sides = {key: side(linnet, params, machine.cores) for key, params in cases.items()}
    samples = alternate(sides, options.cost_rounds, 0)
    layers = {count: samples["layers", count] for count in LAYERS}
    low, middle, high = (layers[count] for count in LAYERS)
    growth = [
        (c - b) / (b - a) * (LAYERS[1] - LAYERS[0]) / (LAYERS[2] - LAYERS[1])
        for a, b, c in zip(low, middle, high, strict=True)
    ]
    doubled = [many / few / 2 for many, few in zip(samples["rows", ROWS[1]], layers[FEW_LAYERS], strict=True)]
    return {
        "gigaFlopsByLayers": {str(count): summary(values) for count, values in layers.items()},
        "gigaFlopsOf16Rows": summary(samples["rows", ROWS[1]]),
        "growthWithLayers": summary(growth),
        "growthWithTokens": summary(doubled),
        "notes": [],
    }


def side(linnet, params, threads):
    """Multiply-adds that the machine could have done during a step: its changes of speed cancel."""

    def call(seconds):
        before = java.peak(linnet, threads, 0.05)
        taken = java.kernel(
            linnet, "StepBenchmark", "step", seconds, threads=threads, checkpointing="false", **params
        )
        after = java.peak(linnet, threads, 0.05)
        return taken["seconds"] * (before + after) / 2

    return call
