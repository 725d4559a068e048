"""Logits of transformers in F32 on a 200-token GSM8K text, for Linnet's tests.

Writes the figures that logit_figures.py describes; --full also writes every logit, as float32 (T,V) in
NumPy's .npy format. `float64Gap` says how far these F32 logits are from the same model computed in F64.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from logit_figures import figures_of, logits_of, some_text
from model import load_model, load_tokenizer, require_folder


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=require_folder, required=True)
    parser.add_argument("--train", type=Path, help="gsm8k-train.jsonl, for the text")
    parser.add_argument("--ids", type=Path, help='JSON file with {"ids": [...]}, instead of --train')
    parser.add_argument("--length", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True, help="JSON file of figures")
    parser.add_argument("--full", type=Path, help=".npy file of all logits")
    args = parser.parse_args()
    if (args.ids is None) == (args.train is None):
        parser.error("expected one of --train and --ids")

    if args.ids:
        ids = json.loads(args.ids.read_text())["ids"]
    else:
        ids = some_text(args.train, load_tokenizer(args.model), args.length)
    model = load_model(args.model)
    logits = logits_of(model, ids)
    figures = {
        "model": "SmolLM2-135M-Instruct, BF16 weights, computed in F32 by transformers",
        **figures_of(ids, logits),
        "float64Gap": (logits_of(model.double(), ids) - logits).abs().max().item(),
    }
    args.out.write_text(json.dumps(figures) + "\n", encoding="utf-8")
    if args.full:
        np.save(args.full, logits.numpy())
    print(f"{len(ids)} ids, {logits.shape[1]} logits each; F32 against F64: {figures['float64Gap']:.2e}")


if __name__ == "__main__":
    main()
