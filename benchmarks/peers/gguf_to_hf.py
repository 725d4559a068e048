"""Writes a GGUF as a BF16 Hugging Face folder, through transformers instead of `linnet convert`.

Independent of Linnet, so that its converter can be checked against it.
Usage: gguf_to_hf.py MODEL.gguf FOLDER
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

from model import load_model, load_tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()

    dequantised = load_model(args.gguf.parent, args.gguf.name)
    config = dequantised.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    # A model read from a GGUF refuses to be saved, so its weights move into a fresh one.
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.load_state_dict(dequantised.state_dict())  # copies into BF16 round to nearest even
    model.generation_config = dequantised.generation_config
    model.save_pretrained(args.folder)
    load_tokenizer(args.gguf.parent, args.gguf.name).save_pretrained(args.folder)
    print(f"{args.folder}: {sum(p.numel() for p in model.parameters()):,} parameters")


if __name__ == "__main__":
    main()
