"""The llama.cpp side of benchmarks/run: greedy generation from a GGUF, by llama-cpp-python's C calls."""

import argparse
import functools
import time

import llama_cpp
import numpy as np

from answers import serve

CONTEXT = 2048


@functools.cache
def context(model, threads):
    """A context that evaluates 512 tokens at once, with logits for the last of them only, and its model."""
    llm = llama_cpp.Llama(
        model,
        n_ctx=CONTEXT,
        n_batch=512,
        n_ubatch=512,
        n_threads=threads,
        n_threads_batch=threads,
        verbose=False,
    )
    return llm, llm.ctx, llm.n_vocab()


def evaluate(ctx, ids):
    array = (llama_cpp.llama_token * len(ids))(*ids)
    if llama_cpp.llama_decode(ctx, llama_cpp.llama_batch_get_one(array, len(ids))) != 0:
        raise RuntimeError(f"llama_decode of {len(ids)} tokens failed")


def likeliest(ctx, vocabulary):
    logits = llama_cpp.llama_get_logits_ith(ctx, -1)
    return int(np.ctypeslib.as_array(logits, shape=(vocabulary,)).argmax())


def generate(model, ids, tokens, threads):
    _, ctx, vocabulary = context(model, threads)
    llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(ctx), True)
    begun = time.perf_counter()
    for start in range(0, len(ids), 512):
        evaluate(ctx, ids[start : start + 512])
    chosen = [likeliest(ctx, vocabulary)]
    first = time.perf_counter()
    for _ in range(tokens - 1):
        evaluate(ctx, chosen[-1:])
        chosen.append(likeliest(ctx, vocabulary))
    seconds = (time.perf_counter() - first) / max(1, tokens - 1)
    return {"promptSeconds": first - begun, "tokenSeconds": seconds, "ids": chosen}


def versions():
    return {"text": f"llama-cpp-python {llama_cpp.__version__}"}


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    serve({"generate": generate, "versions": versions})


if __name__ == "__main__":
    main()
