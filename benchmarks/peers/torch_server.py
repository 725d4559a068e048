"""The PyTorch side of benchmarks/run, call by call: matrix products, and generation with transformers.

gemm      products of a linear layer by torch.mm into memory that is there already: MKL, in F32
generate  greedy, by a loop of one's own around the model's forward pass and cache, which is faster than
          `model.generate`; the prompt's logits are computed for its last token only
"""

import argparse
import functools
import time

import torch

from answers import serve


@functools.lru_cache(maxsize=4)
def operands(m, n, k):
    torch.manual_seed(1)
    return torch.rand(m, k) - 0.5, torch.rand(n, k) - 0.5, torch.rand(m, n) - 0.5


def gemm(m, n, k, form, threads, seconds):
    torch.set_num_threads(threads)
    x, w, y = operands(m, n, k)
    out = torch.empty(m, n if form == "forward" else k)
    product = (x, w.t()) if form == "forward" else (y, w)
    torch.mm(*product, out=out)  # threads that slept awake, and operands come into the caches again
    calls, begun = 0, time.perf_counter()
    while True:
        torch.mm(*product, out=out)
        calls += 1
        taken = time.perf_counter() - begun
        if taken >= seconds:
            return {"gigaFlops": 2e-9 * m * n * k * calls / taken, "calls": calls}


@functools.cache
def causal_model(folder, dtype):
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()


@torch.inference_mode()
def generate(model, dtype, ids, tokens, threads):
    torch.set_num_threads(threads)
    causal = causal_model(model, dtype)
    begun = time.perf_counter()
    result = causal(input_ids=torch.tensor([ids]), use_cache=True, logits_to_keep=1)
    chosen = [int(result.logits[0, -1].argmax())]
    first = time.perf_counter()
    for _ in range(tokens - 1):
        result = causal(
            input_ids=torch.tensor([chosen[-1:]]), past_key_values=result.past_key_values, use_cache=True
        )
        chosen.append(int(result.logits[0, -1].argmax()))
    seconds = (time.perf_counter() - first) / max(1, tokens - 1)
    return {"promptSeconds": first - begun, "tokenSeconds": seconds, "ids": chosen}


def versions():
    import transformers

    blas = "MKL" if torch.backends.mkl.is_available() else "no MKL"
    capability = torch.backends.cpu.get_cpu_capability()
    return {
        "text": f"torch {torch.__version__} ({blas}, {capability}), transformers {transformers.__version__}"
    }


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    serve({"gemm": gemm, "generate": generate, "versions": versions})


if __name__ == "__main__":
    main()
