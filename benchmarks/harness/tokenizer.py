"""Encoding on one thread beside Hugging Face's tokenizers: the model's tokenizer, and one of each family's kind.

Each round asks every side for one pass over the same rows, whose words both libraries have met and remember. Linnet
always gives offsets, so its peer is `encode_batch`; `encode_batch_fast`, which leaves them out, stands beside it. Speed
counts only where all ids agree.
"""

from harness import java
from harness.gemm import add, alternate, processes, rounds
from harness.process import Unavailable
from harness.stats import ratios, summary

COMPILE_SECONDS = 3
PASS = 0  # seconds; a pass is far longer than the slices of other kernels, and one is enough
MAKE_SECONDS = 1200
QUICK_KINDS = ("llama3", "llama2")
PEERS = {"tokenizers": True, "tokenizers, no offsets": False}


def measure(peer, machine, options):
    """The section: a row for each tokenizer. `peer` is a server; without one there is nothing to compare."""
    if isinstance(peer, Unavailable):
        raise peer
    cases, notes = tokenizers(peer, options)
    samples, tokens = {name: {} for name, _ in cases}, {}
    for _ in processes(options):
        with java.server(machine) as linnet:
            for name, folder in cases:
                tokens[name] = agreed(linnet, peer, folder, options)
                found = alternate(sides_of(linnet, peer, folder, options), rounds(options), PASS)
                print(progress(name, found), flush=True)
                add(samples[name], found)
    return {"rows": [row(name, samples[name], tokens[name]) for name, _ in cases], "notes": notes}


def tokenizers(peer, options):
    """Name and folder of each, and notes; the kinds are trained on the rows, once."""
    found = [(options.model.name, options.model)]
    folder = java.TARGET / "tokenizers"
    try:
        kinds = peer.ask(do="make", data=str(options.data), folder=str(folder), timeout=MAKE_SECONDS)["kinds"]
    except Unavailable as missing:
        return found, [f"only the model's tokenizer: {missing}"]
    wanted = [kind for kind in kinds if kind in QUICK_KINDS or not options.quick]
    return found + [(kind, folder / kind) for kind in wanted], []


def agreed(linnet, peer, folder, options):
    """What the rows become, by all sides' agreement: their number of tokens."""
    work = {"do": "tokens", "tokenizer": str(folder), "data": str(options.data)}
    ours, theirs = linnet.ask(**work), peer.ask(**work)
    if ours != theirs:
        raise Unavailable(f"{folder.name}: Linnet's ids are not those of tokenizers: {ours}, {theirs}")
    return ours["tokens"]


def sides_of(linnet, peer, folder, options):
    """{side: a function of seconds to 10⁶ bytes of text per second; a peer's call is always one pass}."""
    params = {"folder": str(folder.parent), "kind": folder.name, "data": str(options.data)}

    def ours(seconds):
        return 1e3 * java.kernel(linnet, "TokenizerBenchmark", "encode", seconds, **params)["gigaBytes"]

    def theirs(offsets):
        work = {"tokenizer": str(folder), "data": str(options.data), "offsets": offsets}
        return lambda _: peer.ask(do="encode", **work)["megaBytes"]

    ours(COMPILE_SECONDS)
    return {"linnet": ours} | {name: theirs(offsets) for name, offsets in PEERS.items()}


def row(name, samples, tokens):
    return {
        "tokenizer": name,
        "tokens": tokens,
        "megaBytes": {side: summary(values) for side, values in samples.items()},
        "ratios": {side: ratios(samples["linnet"], samples[side]) for side in PEERS},
    }


def progress(name, samples):
    figures = (f"{ratios(samples['linnet'], samples[side])['median']:.2f} of {side}" for side in PEERS)
    return f"{name}: {summary(samples['linnet'])['median']:.1f} MB/s, {'; '.join(figures)}"
