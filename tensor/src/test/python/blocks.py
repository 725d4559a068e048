"""Blocks of quantised weights and what they decode to, by the peers that define them.

    pip install numpy gguf torch bitsandbytes
    python blocks.py ../resources/golden/blocks [COUNT]

Writes for each type NAME.blocks (stored bytes) and NAME.values (F32, little-endian): random blocks and corner
cases. With COUNT, as many random blocks of each type instead, to compare many once.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as T
from gguf.quants import dequantize

# where the F16 scales of a block lie
HALVES = {T.Q8_0: [0], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.IQ4_NL: [0],
          T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}
# largest, smallest normal and subnormal, zeros, one
CORNERS = np.array([65504, -65504, 2.0 ** -14, 2.0 ** -24, -(2.0 ** -24), 0.0, -0.0, 1.0], np.float16)


def ggml_blocks(kind, count, random):
    blocks = random.integers(0, 256, (count, GGML_QUANT_SIZES[kind][1]), dtype=np.uint8)
    scales = (random.standard_normal((count, len(HALVES[kind]))) / 64).astype(np.float16)
    corner = count // 2
    for i, value in enumerate(CORNERS[:corner]):
        scales[i, :] = value
        if i % 2:
            scales[i, :] = scales[i, ::-1] * np.float16(-0.5)
    if corner >= 2:
        blocks[0] = 255
        blocks[1] = 0
    for i, at in enumerate(HALVES[kind]):
        blocks[:, at:at + 2] = scales[:, i:i + 1].view(np.uint8)
    return blocks


def normal_float(count, random):
    """Blocks of 16384 in the layout of linnet.tensor.NormalFloat, decoded by bitsandbytes."""
    import torch
    from bitsandbytes import functional as F
    nibbles = random.integers(0, 16, count * 16384, dtype=np.uint8)
    codes = random.integers(0, 256, count * 256, dtype=np.uint8)
    factors = random.random(count, dtype=np.float32)
    offset = np.float32(1.25)
    nested = F.QuantState(absmax=torch.from_numpy(factors), code=F.create_dynamic_map(), blocksize=256,
                          dtype=torch.float32)
    state = F.QuantState(absmax=torch.from_numpy(codes), shape=torch.Size([count * 16384]), blocksize=64,
                         code=F.get_4bit_type("nf4", device="cpu"), dtype=torch.float32, quant_type="nf4",
                         offset=torch.tensor(offset), state2=nested)
    packed = torch.from_numpy(nibbles[0::2] << 4 | nibbles[1::2]).unsqueeze(1)
    values = F.dequantize_4bit(packed, state).numpy().reshape(-1)
    runs = nibbles.reshape(count, 256, 2, 32)
    halves = (runs[:, :, 0] | runs[:, :, 1] << 4)
    head = np.stack([factors, np.full(count, offset)], 1).view(np.uint8)
    runs = np.concatenate([codes.reshape(count, 256, 1), halves], 2).reshape(count, -1)
    return np.concatenate([head, runs], 1), values


def int8(count, random):
    """Blocks of 64, decoded by bitsandbytes as rows of 64."""
    import torch
    from bitsandbytes import functional as F
    quants = random.integers(-127, 128, (count, 64), dtype=np.int8)
    most = (random.random((count, 1)) / 8).astype(np.float16)
    values = F.int8_vectorwise_dequant(torch.from_numpy(quants), torch.from_numpy(most.astype(np.float32)[:, 0]))
    return np.concatenate([most.view(np.uint8), quants.view(np.uint8)], 1), values.numpy().reshape(-1)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(5)
    cases = {}
    for kind in HALVES:
        count = int(sys.argv[2]) if len(sys.argv) > 2 else 12 if GGML_QUANT_SIZES[kind][0] == 32 else 9
        blocks = ggml_blocks(kind, count, random)
        cases[kind.name] = blocks, dequantize(blocks.reshape(-1), kind).reshape(-1)
    count = int(sys.argv[2]) // 64 if len(sys.argv) > 2 else 0
    cases["NF4"] = normal_float(count or 1, random)
    cases["INT8"] = int8(count * 64 or 8, random)
    for name, (blocks, values) in cases.items():
        (folder / f"{name}.blocks").write_bytes(np.ascontiguousarray(blocks).tobytes())
        (folder / f"{name}.values").write_bytes(values.astype("<f4").tobytes())
        print(name, blocks.shape, float(values.min()), float(values.max()))


if __name__ == "__main__":
    main()
