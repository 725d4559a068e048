"""Quantised weights beside BF16: products of every type, and the LoRA step on NF4 and 8 bits."""

import json

from harness import java, sides, training, turns
from harness.gemm import COMPILE_SECONDS, alternate, rounds
from harness.stats import ratios, summary

SIDES = ("linnet", "linnet-nf4", "linnet-int8")
TYPES = (
    *("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "IQ4_NL", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"),
    *("NF4", "INT8"),
)
SHAPES = ("1024x1536x768", "1024x768x1536")


def measure(linnet, machine, options):
    """The section."""
    section = training.measure(linnet, machine, options, (SIDES,), rank=8)
    section["weights"] = {name: weights(name, options, machine) for name in SIDES}
    section["products"] = [products(machine, kind, options) for kind in TYPES]
    return section


def weights(side, options, machine):
    """Bytes of the base, whole and of its projections, as the run's plan tells."""
    work = sides.Work(options.model, options.data, steps=1)
    folder, scratch = turns.fresh_folder()
    with folder:
        started = turns.Side(side, *sides.command(side, work, scratch, options, machine))
        try:
            held = started.wait_for("plan", turns.STEP_SECONDS)["weightBytes"]
        finally:
            started.close()
    config = json.loads((options.model / "config.json").read_text())
    projected = projection_weights(config)
    others = 2 * config["vocab_size"] * config["hidden_size"]
    print(f"{side}: {held / 1e6:.0f} MB of weights", flush=True)
    return {
        "weightBytes": held,
        "bytesPerWeight": (held - others) / projected,
        "bytesPerWeightWithEmbedding": held / (projected + others // 2),
    }


def projection_weights(config):
    """Weights of a Llama's projections."""
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    width = config.get("head_dim") or hidden // heads
    attention = 2 * hidden * width * (heads + config["num_key_value_heads"])
    return config["num_hidden_layers"] * (attention + 3 * hidden * config["intermediate_size"])


def products(machine, kind, options):
    """How fast a type's products are, as shares of BF16's in the same rounds; a JVM for each type."""
    row = {"type": kind}
    shapes = SHAPES[:1] if options.quick else SHAPES
    with java.server(machine) as linnet:
        threads = machine.cores
        for shape in shapes:
            row[shape] = beside(linnet, "GemmBenchmark", "forward", kind, options, threads=threads, shape=shape)
        token = {"threads": threads, "tokens": 1, "hidden": 768}
        row["token"] = beside(linnet, "DecodingBenchmark", "layers", kind, options, **token)
    print(kind, *(f"{row[key]['median']:.2f}" for key in (*shapes, "token")), flush=True)
    return row


def beside(linnet, benchmark, method, kind, options, **params):
    def call(weights):
        def run(seconds):
            return 1 / java.kernel(linnet, benchmark, method, seconds, weights=weights, **params)["seconds"]

        run(COMPILE_SECONDS)
        return run

    found = alternate({"own": call(kind), "BF16": call("BF16")}, rounds(options), options.slice_seconds)
    return ratios(found["own"], found["BF16"])
