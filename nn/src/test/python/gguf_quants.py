"""Makes src/test/resources/golden/gguf/quants.json: rows of F32 and what the gguf package rounds them to.

Needs gguf and numpy. Usage: python gguf_quants.py ../resources/golden
"""
import base64
import json
import pathlib
import sys

import gguf
import numpy as np

random = np.random.default_rng(11)
rows = [random.normal(size=32) * scale for scale in (1, 1e-3, 1e3, 1e-7, 30_000.0)]
rows += [np.zeros(32), np.ones(32), -np.ones(32), np.arange(-16, 16), np.arange(32) / 2, np.arange(32) - 15.5]
rows += [np.where(np.arange(32) == 7, sign * 127.0, random.integers(-126, 127, 32) + 0.5) for sign in (1, -1)]
rows += [np.where(np.arange(32) % 2, 8.0, -8.0), np.where(np.arange(32) % 2, -8.0, 8.0), np.full(32, -0.0)]
rows += [random.integers(-8, 8, 32) / 2 for _ in range(6)] + [random.standard_cauchy(32) for _ in range(20)]
values = np.array(rows, dtype=np.float32)


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


types = dict(Q8_0=gguf.GGMLQuantizationType.Q8_0, Q4_0=gguf.GGMLQuantizationType.Q4_0)
golden = dict(f32=encoded(values), **{name: encoded(gguf.quants.quantize(values, t)) for name, t in types.items()})
path = pathlib.Path(sys.argv[1]) / "gguf/quants.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
