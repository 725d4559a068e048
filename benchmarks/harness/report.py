"""RESULTS.md, written from RESULTS.json: the table of targets, then every section's figures."""

from harness import roofline, sides
from harness.gemm import FORMS, SCALING_OF_QUIET_ROUNDS
from harness.stats import text
from harness.targets import GIB, verdicts

INTRODUCTION = """# Results

Written by `benchmarks/run` from `RESULTS.json`; [README.md](README.md) says how everything is measured.
Figures are medians with the quartiles in brackets; ratios are taken within pairs of calls or steps that
follow one another, since these processors flip between full and half speed, and say how many times as fast
Linnet is. Limits were measured between the very calls that are compared with them.
"""
ISAS = {"avx512": "AVX-512", "avx2": "AVX2"}


def write(results, folder):
    """RESULTS.md and a roofline for each kind of machine."""
    parts = [INTRODUCTION]
    for kind in sorted(results, reverse=True):
        parts += machine(kind, results[kind], folder)
    (folder / "RESULTS.md").write_text("\n".join(parts), encoding="utf-8")


def machine(kind, sections, folder):
    run = max((section["run"] for section in sections.values()), key=lambda stamp: stamp["date"])
    name = ISAS.get(run["isa"], run["isa"])
    forced = (
        " forced on a processor that has more: not what a processor of that kind does"
        if run["forced"]
        else ""
    )
    heading = f"## {name}{', forced' if run['forced'] else ''}"
    lines = [
        heading,
        "",
        f"{run['processor']}, {run['cores']} cores, {run['memoryBytes'] / GIB:.0f} GiB{forced}.",
        "",
    ]
    lines.append("Sections: " + ", ".join(dated(key, part) for key, part in sections.items()) + ".")
    lines += [
        "",
        *table(("what", "beside", "target", "measured", "met"), [row(one) for one in verdicts(sections)]),
    ]
    if "gemm" in sections and "kernels" in sections:
        lines += pictures(
            kind, sections, run["cores"], f"Linnet on {name}{' (forced)' if run['forced'] else ''}", folder
        )
    for key, section in SECTIONS.items():
        if key in sections:
            lines += ["", *section(sections[key])]
            lines += ["", *(f"- {note}" for note in sections[key]["notes"])] if sections[key]["notes"] else []
    return [*lines, ""]


def dated(key, section):
    quick = ", a quick look" if section["quick"] else ""
    return f"{key} ({section['run']['date']}, at {section['run']['commit']}{quick})"


def row(verdict):
    met = {True: "yes", False: "**no**", None: "–"}[verdict.met]
    return (verdict.what, verdict.beside or "–", verdict.target, verdict.measured, met)


def pictures(kind, sections, cores, title, folder):
    lines = []
    for threads in sorted({1, cores}):
        file = f"roofline-{kind}-{threads}.svg"
        what = f"{title}, {threads} {'thread' if threads == 1 else 'threads'}, BF16 weights"
        (folder / file).write_text(roofline.picture(sections, what, threads), encoding="utf-8")
        lines += ["", f"![Roofline, {threads} {'thread' if threads == 1 else 'threads'}]({file})"]
    return lines


def table(heading, rows):
    return [line(heading), "|" + "---|" * len(heading), *(line(one) for one in rows)]


def line(cells):
    return "| " + " | ".join(cells) + " |"


def gemm(section):
    heading = (
        "tokens×out×in",
        "form",
        "threads",
        "F32 GFLOP/s",
        "of peak",
        "of MKL",
        "MKL of peak",
        "BF16 of F32",
        "scaling of FMA's",
    )
    rows = []
    for one in section["rows"]:
        for threads, figures in one["threads"].items():
            cells = [
                text(figures.get(key))
                for key in ("F32/peak", "F32/MKL", "MKL/peak", "BF16/F32", "F32 scaling/peak scaling")
            ]
            shape = one["shape"] + ("" if scaled(one, threads) else " \\*")
            rows.append((shape, FORMS[one["form"]], threads, text(figures["F32"], 0), *cells))
    left_out, rounds = (sum(one[key] for one in section["rows"]) for key in ("leftOut", "rounds"))
    about = f"{left_out} of {rounds} rounds are left out: there the multiply-add loop did not scale over all "
    about += "cores. Where it hardly ever did (\\*), all rounds count, and figures of all cores say little."
    return ["### Matrix products", "", about, "", *table(heading, rows)]


def scaled(row, threads):
    """Whether all cores were there when a shape was measured on so many threads."""
    figure = row["threads"][threads].get("peak scaling")
    return figure is None or figure["median"] >= SCALING_OF_QUIET_ROUNDS * int(threads)


def kernels(section):
    heading = ("kernel", "threads", "measured", "limit", "share of the limit")
    rows = []
    for one in section["rows"]:
        unit = f" {one['unit']}"
        limit = f"{text(one['limit'], 0, unit)} ({one['limitedBy']})"
        rows.append(
            (one["name"], str(one["threads"]), text(one["value"], 0, unit), limit, text(one["share"]))
        )
    return ["### Other kernels", "", *table(heading, rows)]


def training(title):
    def section(found):
        heading = (
            "",
            "real tokens/s",
            "Linnet is",
            "share of FMA peak",
            "peak memory",
            "step 1 begins after",
        )
        rows = []
        for name, side in found["sides"].items():
            ratio = found["ratios"].get(name)
            cells = [
                text(side["tokensPerSecond"], 0),
                f"{text(ratio)} ×" if ratio else "",
                text(side["shareOfPeak"]),
            ]
            memory = f"{side['peakBytes']['median'] / GIB:.2f} GiB"
            rows.append((sides.NAMES[name], *cells, memory, f"{side['startSeconds']['median']:.1f} s"))
        losses = [
            f"{sides.NAMES[name]}: {', '.join(f'{loss:.4f}' for loss in side['losses'][:4])}"
            for name, side in found["sides"].items()
        ]
        about = f"Batches of {found['batch']} rows of at most {found['maxLength']} tokens, "
        about += f"steps 2 to {found['steps']}."
        scaling = f" All cores' multiply-add loop over one's: {text(found['peakScaling'])}."
        return [
            f"### {title}",
            "",
            about + scaling,
            "",
            *table(heading, rows),
            "",
            "Losses of the first steps. " + "; ".join(losses) + ".",
        ]

    return section


def memory(section):
    rows = [("GSM8K rows, batch 8", f"{section['plainBytes'] / GIB:.2f} GiB", "")]
    rows.append(("the same, checkpointing", f"{section['checkpointingBytes'] / GIB:.2f} GiB", ""))
    for length, found in section["lengths"].items():
        speed = f"{found['tokensPerSecond']:.0f}"
        rows.append((f"one row of {length}, checkpointing", f"{found['peakBytes'] / GIB:.2f} GiB", speed))
    return ["### Memory", "", *table(("", "peak resident memory", "tokens/s"), rows)]


def start(section):
    rows = [(name, text(figure, 2, " s")) for name, figure in section["seconds"].items()]
    return ["### Start", "", *table(("", "from the command until step 1 computes"), rows)]


def generation(section):
    lines = ["### Generation"]
    titles = {
        "decoding": f"Greedy, {section['tokens']} tokens after a prompt of 64",
        "prompt": "A prompt of 512 tokens",
    }
    for key, title in titles.items():
        found = section[key]
        rows = []
        for name, speed in found["tokensPerSecond"].items():
            ratio = found["ratios"].get(name)
            alike = str(found["agreeing"][name]) if name in found["agreeing"] else ""
            rows.append((name, text(speed, 1), f"{text(ratio)} ×" if ratio else "", alike))
        heading = ("", "tokens/s", "Linnet is", "tokens alike before the first that differs")
        lines += ["", f"{title}, {section['threads']} threads.", "", *table(heading, rows)]
    found = section["decoding"]
    bandwidth = text(found["bandwidth"], 1)
    about = f"A token reads {found['weightBytes'] / 1e6:.0f} MB of weights; memory gives {bandwidth} GB/s."
    return [*lines, "", about]


def tokenizer(section):
    heading = ("tokenizer", "tokens", "Linnet MB/s", "of `encode_batch`", "of `encode_batch_fast`, no offsets")
    rows = [
        (
            one["tokenizer"],
            f"{one['tokens']:,}",
            text(one["megaBytes"]["linnet"], 1),
            *(f"{text(ratio)} ×" for ratio in one["ratios"].values()),
        )
        for one in section["rows"]
    ]
    about = "The same 2,000 rows of GSM8K on one thread, all ids alike; Linnet gives offsets, as `encode_batch` does."
    return ["### Tokenizers", "", about, "", *table(heading, rows)]


def cost(section):
    growths = {"layers": section["growthWithLayers"], "tokens": section["growthWithTokens"]}
    rows = [(name, text(figure)) for name, figure in growths.items()]
    return ["### Growth of a step's cost, 1 where it is in proportion", "", *table(("with", "growth"), rows)]


def quantised(section):
    rows = []
    for name, held in section["weights"].items():
        side, ratio = section["sides"].get(name), section["ratios"].get(name)
        rows.append(
            (
                sides.NAMES[name],
                text(side and side["tokensPerSecond"], 0),
                text(ratio and inverse(ratio)) if ratio else "",
                f"{side['peakBytes']['median'] / GIB:.2f} GiB" if side else "–",
                f"{held['weightBytes'] / 2**20:.0f} MiB",
                f"{held['bytesPerWeight']:.4f}",
                f"{held['bytesPerWeightWithEmbedding']:.3f}",
            )
        )
    heading = (
        "LoRA step, SmolLM2-135M",
        "real tokens/s",
        "of BF16's",
        "peak memory",
        "base weights",
        "bytes a weight of the projections",
        "of all weights",
    )
    shapes = [key for key in section["products"][0] if key not in ("type", "token")]
    products = [
        (one["type"], *(text(one[shape]) for shape in shapes), text(one["token"]))
        for one in section["products"]
    ]
    return [
        "### Quantised weights",
        "",
        f"Steps 2 to {section['steps']}, batch {section['batch']}; embedding and head stay in BF16.",
        "",
        *table(heading, rows),
        "",
        "Speed of the products x·Wᵀ beside that with BF16 weights (tokens×out×in), and of all products of one token"
        " in 30 layers of 768 features.",
        "",
        *table(("weights", *shapes, "one token"), products),
    ]


def inverse(ratio):
    """Of a ratio that says how many times as fast the first side is."""
    return {"median": 1 / ratio["median"], "q1": 1 / ratio["q3"], "q3": 1 / ratio["q1"], "n": ratio["n"]}


SECTIONS = {
    "gemm": gemm,
    "kernels": kernels,
    "lora": training("LoRA step"),
    "full": training("Full fine-tuning"),
    "scaling": training("One thread and all, LoRA step"),
    "memory": memory,
    "quantised": quantised,
    "start": start,
    "generation": generation,
    "tokenizer": tokenizer,
    "cost": cost,
}
