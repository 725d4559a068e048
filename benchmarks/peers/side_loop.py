"""The PyTorch + PEFT side of benchmarks/run: prints a line of JSON for each step.

The head and the loss run only at trained positions; the rows of a batch run --micro-batch at a time.
"""

import argparse
import time

import events
import loop
import rows as row_files
from model import load_model, load_tokenizer, require_folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=require_folder, required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--micro-batch", type=int, required=True)
    parser.add_argument("--max-length", type=int, required=True)
    parser.add_argument("--full", action="store_true", help="train all weights, without an adapter")
    args = parser.parse_args()

    # only the rows of these steps: a loop of one's own need not tokenise the whole file first
    rows = row_files.load(args.train, args.steps * args.batch, load_tokenizer(args.model), args.max_length)
    model = load_model(args.model)
    model = model.train() if args.full else loop.with_lora(model, "formula", seed=0)
    optimizer = loop.adamw(model, loop.FULL_LEARNING_RATE if args.full else loop.LEARNING_RATE)
    events.computing()
    for step in range(1, args.steps + 1):
        batch = rows[(step - 1) * args.batch : step * args.batch]
        begun = time.perf_counter()
        loss = loop.train_step(model, optimizer, batch, args.micro_batch)
        events.step(step, batch, time.perf_counter() - begun, loss)


if __name__ == "__main__":
    main()
