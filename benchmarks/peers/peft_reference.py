"""The LoRA run that Linnet is held against: SmolLM2-135M-Instruct on GSM8K in PyTorch + PEFT, F32.

Rank 8, alpha 16, all linear layers, no dropout; rows in order, question as user, answer as assistant, only
the answer trained; AdamW lr 1e-4, no decay, no clipping, constant; loss = token sum / trained tokens of the
batch. Writes a JSON file of figures after every step, and the adapter before and after in PEFT's format.

Rows of a batch run --micro-batch at a time and their gradients add up: the same update, with less padding
and memory. The run is for its losses; speed and memory are compared by benchmarks/run.
"""

import argparse
import json
import os
import time
from pathlib import Path

import peft
import torch
import transformers

import loop
import rows as row_files
from memory import peak_bytes
from model import load_model, load_tokenizer, require_folder


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=require_folder, required=True, help="BF16 Hugging Face folder")
    parser.add_argument("--train", type=Path, required=True, help="gsm8k-train.jsonl")
    parser.add_argument(
        "--validation", type=Path, help="gsm8k-test.jsonl; without it there is no validation loss"
    )
    parser.add_argument(
        "--rows", type=Path, help="train rows as Linnet exported them, instead of --train's text"
    )
    parser.add_argument("--validation-rows", type=Path, help="the same for the validation rows")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--micro-batch", type=int, default=1)
    parser.add_argument("--max-length", type=int, default=512)
    parser.add_argument("--validation-count", type=int, default=64)
    parser.add_argument("--validate-every", type=int, default=20)
    parser.add_argument(
        "--init",
        choices=["formula", "peft"],
        default="formula",
        help="start of the A matrices: start_adapter.py's formula, or PEFT's own by --seed",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start-adapter", type=Path, help="folder to save the adapter in before step 1")
    parser.add_argument(
        "--final-adapter", type=Path, help="folder to save the adapter in after the last step"
    )
    parser.add_argument("--out", type=Path, required=True, help="JSON file of figures")
    return parser.parse_args()


def write_json(figures, path):
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def main():
    args = arguments()
    tokenizer = load_tokenizer(args.model)
    train = row_files.load(args.train, args.steps * args.batch, tokenizer, args.max_length, args.rows)
    validation = (
        []
        if args.validation is None
        else row_files.load(
            args.validation, args.validation_count, tokenizer, args.max_length, args.validation_rows
        )
    )

    model = loop.with_lora(load_model(args.model), args.init, args.seed)
    optimizer = loop.adamw(model)
    if args.start_adapter:
        model.save_pretrained(args.start_adapter, save_embedding_layers=False)

    figures = {
        "model": "SmolLM2-135M-Instruct, BF16 weights, computed in F32",
        "versions": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
        "rank": loop.RANK,
        "alpha": loop.ALPHA,
        "targets": "all-linear",
        "init": args.init,
        "seed": args.seed if args.init == "peft" else None,
        "learningRate": loop.LEARNING_RATE,
        "batch": args.batch,
        "microBatch": args.micro_batch,
        "maxLength": args.max_length,
        "trainRows": len(train),
        "trainableParameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "tokenIds": "exported by Linnet" if args.rows else "tokenised here, digits split one by one",
        "validationRows": len(validation),
        "validationTrainedTokens": sum(r.trained_tokens for r in validation),
        "validation": [],
        "steps": [],
    }

    def validate(step):
        if validation and (step % args.validate_every == 0 or step == args.steps):
            figures["validation"].append(
                {"step": step, "loss": loop.mean_loss(model, validation, args.micro_batch)}
            )
            print(figures["validation"][-1], flush=True)

    validate(0)
    for step in range(1, args.steps + 1):
        batch = train[(step - 1) * args.batch : step * args.batch]
        begun = time.perf_counter()
        loss = loop.train_step(model, optimizer, batch, args.micro_batch)
        figures["steps"].append(
            {
                "step": step,
                "loss": loss,
                "tokens": sum(len(row) for row in batch),
                "trainedTokens": sum(row.trained_tokens for row in batch),
                "seconds": round(time.perf_counter() - begun, 3),
            }
        )
        print(figures["steps"][-1], flush=True)
        validate(step)
        figures["peakBytes"] = peak_bytes()
        write_json(figures, args.out)

    if args.final_adapter:
        model.save_pretrained(args.final_adapter, save_embedding_layers=False)


if __name__ == "__main__":
    main()
