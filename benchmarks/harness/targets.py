"""What Linnet is to reach, and whether the sections of a run say that it does."""

from dataclasses import dataclass

from harness.stats import summary, text

GIB = 2**30


@dataclass(frozen=True)
class Verdict:
    """A row of the table; `met` is None where nothing was measured."""

    what: str
    beside: str
    target: str
    measured: str
    met: bool


def verdicts(sections):
    return [
        *gemm(sections),
        *training(sections),
        *memory(sections),
        *quantised(sections),
        *start(sections),
        *generating(sections),
        *encoding(sections),
        *cost(sections),
    ]


def at_least(what, beside, bound, figure, digits=2, unit=" ×", percent=False):
    if figure is None:
        target = f"≥ {100 * bound:.0f} %" if percent else f"≥ {bound:g}{unit}"
        return Verdict(what, beside, target, "not measured", None)
    if percent:
        hundred = {key: 100 * figure[key] for key in ("median", "q1", "q3")} | {"n": figure["n"]}
        return Verdict(
            what, beside, f"≥ {100 * bound:.0f} %", text(hundred, 0) + " %", figure["median"] >= bound
        )
    return Verdict(what, beside, f"≥ {bound:g}{unit}", text(figure, digits) + unit, figure["median"] >= bound)


def at_most(what, beside, bound, figure, unit):
    """`figure` is a summary, or a single number."""
    if figure is None:
        return Verdict(what, beside, f"≤ {bound:.2g} {unit}", "not measured", None)
    figure = figure if isinstance(figure, dict) else summary([figure])
    return Verdict(what, beside, f"≤ {bound:.2g} {unit}", f"{text(figure)} {unit}", figure["median"] <= bound)


def worst(rows, threads, key):
    """The smallest median over all shapes, and the shape; None where the key was not measured."""
    found = [(row["threads"][threads][key], row) for row in rows if key in row["threads"].get(threads, {})]
    return min(found, key=lambda pair: pair[0]["median"], default=(None, None))


def gemm(sections):
    rows = sections.get("gemm", {}).get("rows", [])
    counts = sorted({int(n) for row in rows for n in row["threads"]}) or [1, 2]
    result = []
    for threads in (str(n) for n in counts):
        cores = "one core" if threads == "1" else f"{threads} cores"
        for key, beside, bound, percent in (
            ("F32/MKL", "MKL through torch", 0.95, False),
            ("F32/peak", "FMA peak", 0.8, True),
            ("BF16/F32", "its F32 figure", 0.95, False),
        ):
            figure, row = worst(rows, threads, key)
            where = f", worst shape ({row['shape']} {row['form']})" if row else ""
            what = f"{'BF16' if key == 'BF16/F32' else 'F32'} GEMM, {cores}{where}"
            result.append(at_least(what, beside, bound, figure, percent=percent))
    figure, row = worst(rows, str(counts[-1]), "F32 scaling/peak scaling")
    where = f", worst shape ({row['shape']} {row['form']})" if row else ""
    result.append(at_least(f"F32 GEMM, speed-up of all cores{where}", "the FMA loop's", 0.95, figure))
    return result


def training(sections):
    lora, full = sections.get("lora", {}), sections.get("full", {})
    ratio, ratio_full = lora.get("ratios", {}), full.get("ratios", {})
    best = fastest(ratio, ("loop", "loop-rows"))
    best_full = fastest(ratio_full, ("loop-full", "loop-rows-full"))
    share = lora.get("sides", {}).get("linnet", {}).get("shareOfPeak")
    return [
        at_least("LoRA SFT step, real tokens/s", "TRL", 4, ratio.get("trl")),
        at_least("LoRA SFT step, real tokens/s", "hand-tuned loop", 2, ratio.get("loop")),
        at_least("LoRA SFT step, real tokens/s", "the fastest loop", 2, best),
        at_least("useful arithmetic of that step", "FMA peak of all cores", 0.65, share, percent=True),
        at_least("full fine-tuning, real tokens/s", "TRL", 2, ratio_full.get("trl-full")),
        at_least("full fine-tuning, real tokens/s", "the fastest loop", 2, best_full),
    ]


def fastest(ratio, names):
    """The ratio to the fastest of these peers."""
    return min(
        (ratio[name] for name in names if ratio.get(name)), key=lambda one: one["median"], default=None
    )


def memory(sections):
    section, peers = sections.get("memory", {}), sections.get("lora", {}).get("sides", {})
    plain = section.get("plainBytes")
    own = peers.get("linnet", {}).get("peakBytes", {}).get("median")
    result = [
        at_most("peak memory of the LoRA step", "", 1.5, plain and plain / GIB, "GiB"),
        at_most("the same with checkpointing", "", 0.8, scaled(section.get("checkpointingBytes")), "GiB"),
    ]
    labels = {"trl": "TRL", "loop": "hand-tuned loop", "loop-rows": "the loop row by row"}
    for name, label in labels.items():
        other = peers.get(name, {}).get("peakBytes", {}).get("median")
        result.append(
            at_most("peak memory of the LoRA step", label, 1 / 6, own and other and own / other, "×")
        )
    lengths = section.get("lengths", {})
    longest = lengths.get("8192", {}).get("peakBytes")
    result.append(at_most("length 8192, one row, checkpointing", "", 3, scaled(longest), "GiB"))
    result.append(
        at_most(
            "memory's growth from 4096 to 8192", "twice that from 2048 to 4096", 1.1, growth(lengths), "×"
        )
    )
    return result


def scaled(count):
    return None if count is None else count / GIB


def growth(lengths):
    if not {"2048", "4096", "8192"} <= lengths.keys():
        return None
    low, middle, high = (lengths[length]["peakBytes"] for length in ("2048", "4096", "8192"))
    return (high - middle) / (2 * (middle - low))


def quantised(sections):
    section = sections.get("quantised")
    if section is None:
        return []
    nf4 = section["weights"]["linnet-nf4"]["bytesPerWeight"]
    key = next(key for key in section["products"][0] if key not in ("type", "token"))
    slowest = min(section["products"], key=lambda one: one[key]["median"])
    token = min(section["products"], key=lambda one: one["token"]["median"])
    return [
        at_most("base in NF4, a weight of the projections", "", 0.62, nf4, "bytes"),
        at_least(f"GEMM with quantised weights, slowest type ({slowest['type']})", "BF16", 0.85, slowest[key]),
        at_least(f"a token's products, slowest type ({token['type']})", "BF16", 1, token["token"]),
    ]


def start(sections):
    section = sections.get("start", {})
    seconds, ratio = section.get("seconds", {}), section.get("ratios", {})
    result = []
    for kind, bound in (("warm", 2), ("cold", 4)):
        figure, beside = seconds.get(f"linnet, {kind}"), ratio.get(f"linnet, {kind}")
        result.append(at_most(f"start, cache {kind}", "", bound, figure, "s"))
        result.append(at_most(f"start, cache {kind}", "TRL", 0.2, beside, "×"))
    return result


def generating(sections):
    section = sections.get("generation", {})
    decoding, prompt = section.get("decoding", {}), section.get("prompt", {})
    ratio, ahead = decoding.get("ratios", {}), prompt.get("ratios", {})
    return [
        at_least(
            "greedy generation", "memory bandwidth", 0.7, decoding.get("shareOfBandwidth"), percent=True
        ),
        at_least("greedy generation", "llama.cpp F16", 1, ratio.get("llama.cpp F16")),
        at_least("greedy generation", "transformers F32", 3, ratio.get("transformers float32")),
        at_least("greedy generation", "transformers BF16", 3, ratio.get("transformers bfloat16")),
        at_least("prompt of 512 tokens", "transformers F32", 1.5, ahead.get("transformers float32")),
        at_least("prompt of 512 tokens", "llama.cpp F16", 1.5, ahead.get("llama.cpp F16")),
    ]


def encoding(sections):
    rows = sections.get("tokenizer", {}).get("rows", [])
    beside = "Hugging Face tokenizers, one thread"
    figures = [one["ratios"]["tokenizers"] for one in rows]
    result = [at_least("encoding with offsets, the model's tokenizer", beside, 0.7, next(iter(figures), None))]
    if len(rows) > 1:
        slowest = min(rows[1:], key=lambda one: one["ratios"]["tokenizers"]["median"])
        what = f"encoding with offsets, slowest of {len(rows) - 1} kinds ({slowest['tokenizer']})"
        result.append(at_least(what, beside, 0.7, slowest["ratios"]["tokenizers"]))
    return result


def cost(sections):
    section = sections.get("cost", {})
    scaling = sections.get("scaling", {})
    speedup, loop = scaling.get("ratios", {}).get("linnet-1"), scaling.get("peakScaling")
    both = (
        speedup
        and loop
        and {key: speedup[key] / loop["median"] for key in ("median", "q1", "q3")} | {"n": speedup["n"]}
    )
    return [
        at_most("cost of five more layers", "of five before", 1.1, section.get("growthWithLayers"), "×"),
        at_most("cost of twice the tokens", "twice the cost", 1.1, section.get("growthWithTokens"), "×"),
        at_least("whole step, speed-up of all cores", "the FMA loop's", 0.9, both),
    ]
