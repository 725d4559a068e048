"""Greedy generation of one stream, and the prompt before it: every side in one process, in turns.

All sides have the same prompt and no stop token. Decoding is timed from the first new token to the last, the
prompt until the first token is chosen from the logits of its last position.
"""

import subprocess
import time

from harness import java
from harness.process import Unavailable
from harness.stats import ratios, summary

PROMPT = 512
SHORT_PROMPT = 64
WARM_SECONDS = 10


def measure(linnet, torch, llama, machine, options):
    """The section; `torch` and `llama` are servers, or Unavailable."""
    ids = prompt(linnet, options)
    sides = {"linnet": lambda **work: linnet.ask(do="generate", model=str(options.model), **work)}
    notes = [str(peer) for peer in (torch, llama) if isinstance(peer, Unavailable)]
    if not isinstance(torch, Unavailable):
        for dtype in ("float32", "bfloat16"):
            sides[f"transformers {dtype}"] = lambda d=dtype, **work: torch.ask(
                do="generate", model=str(options.model), dtype=d, **work
            )
    if not isinstance(llama, Unavailable):
        gguf = f16_gguf(options)
        sides["llama.cpp F16"] = lambda **work: llama.ask(do="generate", model=str(gguf), **work)
    result = {"threads": machine.cores, "tokens": options.decode_tokens, "notes": notes}
    decode = {"ids": ids[:SHORT_PROMPT], "tokens": options.decode_tokens, "threads": machine.cores}
    result["decoding"] = take_turns(linnet, sides, decode, "tokenSeconds", 1, machine.cores, options)
    whole = {"ids": ids, "tokens": 1, "threads": machine.cores}
    result["prompt"] = take_turns(linnet, sides, whole, "promptSeconds", PROMPT, machine.cores, options)
    return result


def prompt(linnet, options):
    """The first tokens of GSM8K's conversations."""
    work = {"model": str(options.model), "data": str(options.data), "batch": 8, "steps": 1}
    return linnet.ask(do="work", **work, maxLength=PROMPT, rank=8)["ids"][:PROMPT]


def f16_gguf(options):
    """The same weights as F16, written once."""
    path = java.TARGET / f"{options.model.name}-F16.gguf"
    if not path.exists():
        convert = [str(java.LAUNCHER), "convert", str(options.model), str(path), "--dtype", "f16"]
        subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
    return path


def take_turns(linnet, sides, work, field, tokens, threads, options):
    """Tokens per second of each side, with the memory's bandwidth measured in each round."""
    samples, bandwidths, ids, weight_bytes = {name: [] for name in sides}, [], {}, 0
    for side in sides.values():
        warm_up(side, work)
    names = list(sides)
    for index in range(options.generation_rounds):
        bandwidths.append(java.bandwidth(linnet, threads, 0.1))
        first = index % len(names)
        for name in names[first:] + names[:first]:
            answer = sides[name](**work)
            samples[name].append(tokens / answer[field])
            ids[name] = answer["ids"]
            weight_bytes = answer.get("weightBytes", weight_bytes)
        line = ", ".join(f"{name} {values[-1]:.1f}" for name, values in samples.items())
        print(f"{field}: {line} tokens/s", flush=True)
    ours = samples["linnet"]
    return {
        "tokensPerSecond": {name: summary(values) for name, values in samples.items()},
        "ratios": {name: ratios(ours, samples[name]) for name in names if name != "linnet"},
        "agreeing": {name: agreeing(ids["linnet"], ids[name]) for name in names if name != "linnet"},
        "weightBytes": weight_bytes,
        "bandwidth": summary(bandwidths),
        "shareOfBandwidth": ratios([speed * weight_bytes / 1e9 for speed in ours], bandwidths),
    }


def warm_up(side, work):
    """Twice at least, and until a JVM has compiled what runs often."""
    begun = time.monotonic()
    calls = 0
    while calls < 2 or time.monotonic() - begun < WARM_SECONDS:
        side(**work)
        calls += 1


def agreeing(one, other):
    """How many tokens two sides chose alike before the first that differs."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), len(one))
