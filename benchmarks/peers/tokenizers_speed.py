"""Trains a tokenizer of each family's kind on GSM8K and measures how fast the tokenizers library encodes the rows with
it, on one thread, by its time on the processor. The tokenizers stay in the folder for TokenizerBenchmark, which does the same in Linnet.

usage: tokenizers_speed.py --data gsm8k-train.jsonl --out .linnet/tokenizers [--seconds 5]
"""
import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ["RAYON_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[2] / "sft/src/test/python"))

import family_tokenizers as families  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402


def make(data, out):
    rows = [json.loads(line) for line in open(data, encoding="utf-8")]
    texts = [row["question"] + "\n" + row["answer"] for row in rows]
    made = list(families.byte_families(texts, 20_000)) + [(n, d) for n, d, _ in families.piece_families(texts, 12_000)]
    for name, tokenizer in made:
        (out / name).mkdir(parents=True, exist_ok=True)
        (out / name / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")


def rate(call, texts, seconds):
    size = sum(len(t.encode()) for t in texts)
    best, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.process_time()
        call(texts)
        best = max(best, size / (time.process_time() - start))
    return best / 1e6


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=5)
    args = parser.parse_args()
    if not args.out.exists():
        make(args.data, args.out)
    rows = [json.loads(line) for line in open(args.data, encoding="utf-8")]
    texts = [row["question"] + "\n" + row["answer"] for row in rows][:2000]
    for folder in sorted(args.out.iterdir()):
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        offsets = rate(lambda t: tokenizer.encode_batch(t, add_special_tokens=False), texts, args.seconds)
        ids = rate(lambda t: tokenizer.encode_batch_fast(t, add_special_tokens=False), texts, args.seconds)
        print(json.dumps({"tokenizer": folder.name, "MB/s": round(offsets, 2), "MB/s without offsets": round(ids, 2)}))


if __name__ == "__main__":
    main()
