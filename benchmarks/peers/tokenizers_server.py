"""The tokenizers side of benchmarks/run: Hugging Face's library on one thread, with and without offsets.

make    a tokenizer of each family's kind, trained on the rows; TokenizerBenchmark reads them too
encode  one pass over the first rows
tokens  what those rows become: the number of tokens, and the CRC-32 of their ids in four bytes each
"""

import argparse
import functools
import itertools
import json
import os
import sys
import tempfile
import time
import zlib
from array import array
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # before the library is loaded

import tokenizers

from answers import serve

ROWS = 2000
FAMILIES = Path(__file__).resolve().parents[2] / "sft" / "src" / "test" / "python"


def rows(data, count=None):
    with open(data, encoding="utf-8") as lines:
        parsed = (json.loads(line) for line in itertools.islice(lines, count))
        return [f"{row['question']}\n{row['answer']}" for row in parsed]


def make(data, folder):
    folder = Path(folder)
    if not folder.exists():
        sys.path.insert(0, str(FAMILIES))
        import family_tokenizers as families

        texts = rows(data)
        made = dict(families.byte_families(texts, 20_000))
        made |= {name: tokenizer for name, tokenizer, _ in families.piece_families(texts, 12_000)}
        folder.parent.mkdir(parents=True, exist_ok=True)
        whole = Path(tempfile.mkdtemp(dir=folder.parent))
        for name, tokenizer in made.items():
            (whole / name).mkdir()
            (whole / name / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
        whole.rename(folder)
    return {"kinds": sorted(path.name for path in folder.iterdir())}


@functools.lru_cache(maxsize=16)
def opened(tokenizer, data):
    return tokenizers.Tokenizer.from_file(str(Path(tokenizer) / "tokenizer.json")), rows(data, ROWS)


def encode(tokenizer, data, offsets):
    found, texts = opened(tokenizer, data)
    call = found.encode_batch if offsets else found.encode_batch_fast
    begun = time.perf_counter()
    call(texts, add_special_tokens=False)
    taken = time.perf_counter() - begun
    return {"megaBytes": 1e-6 * sum(len(text.encode()) for text in texts) / taken}


def tokens(tokenizer, data):
    found, texts = opened(tokenizer, data)
    ids = array("i")
    for encoding in found.encode_batch(texts, add_special_tokens=False):
        ids.extend(encoding.ids)
    if sys.byteorder == "big":
        ids.byteswap()
    return {"tokens": len(ids), "crc": zlib.crc32(ids.tobytes())}


def versions():
    return {"text": f"tokenizers {tokenizers.__version__}, one thread"}


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    serve({"make": make, "encode": encode, "tokens": tokens, "versions": versions})


if __name__ == "__main__":
    main()
