"""A LoRA start that any language can compute: A uniform, as PEFT draws it, but by counter; B zero.

With `name` the parameter's in PEFT's adapter_model.safetensors, i the row-major index of an element of
A (rank, in_features), and all integers modulo 2^64:

    key  = fnv1a64(utf8(name)) + i
    z    = splitmix64(key)                      (one step of the generator whose state is `key`)
    u    = (z >>> 40) / 2^24                    in [0, 1)
    A[i] = float32((2 * u - 1) / sqrt(in_features))     computed in float64, rounded once

The bound 1 / sqrt(in_features) is that of kaiming_uniform(a = sqrt(5)), PEFT's default.
"""

import numpy as np
import torch

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
MASK = (1 << 64) - 1


def fnv1a64(text):
    value = FNV_OFFSET
    for byte in text.encode("utf-8"):
        value = ((value ^ byte) * FNV_PRIME) & MASK
    return value


def splitmix64(state):
    """One output of Steele, Lea and Flood's SplitMix64 for each state of a uint64 array."""
    z = state + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def formula(name, rank, in_features):
    """The start of one A matrix, float32 of shape (rank, in_features)."""
    index = np.arange(rank * in_features, dtype=np.uint64)
    draws = splitmix64(index + np.uint64(fnv1a64(name)))
    unit = (draws >> np.uint64(40)).astype(np.float64) / 2.0**24
    return ((2 * unit - 1) / np.sqrt(np.float64(in_features))).astype(np.float32).reshape(rank, in_features)


def start_by_formula(peft_model):
    """Overwrites every A of a freshly made PEFT model; its B matrices are zero already."""
    with torch.no_grad():
        for name, parameter in peft_model.named_parameters():
            saved_name = name.replace(".default.", ".")
            if saved_name.endswith("lora_A.weight"):
                parameter.copy_(torch.from_numpy(formula(saved_name, *parameter.shape)))
            elif saved_name.endswith("lora_B.weight") and parameter.count_nonzero() != 0:
                raise SystemExit(
                    f"{saved_name}: not zero at the start; expected PEFT's default initialisation"
                )
