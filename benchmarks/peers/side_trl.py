"""The TRL side of benchmarks/run: SFTTrainer as its documentation shows it, in F32 on the CPU.

A prompt/completion data set, so that only the completion is trained. The rows stay in order; learning rate,
schedule, decay and clipping are those of the other sides. Prints a line of JSON for each step.
"""

import argparse
import time

from datasets import load_dataset
from transformers import PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer

import events
import loop
from model import load_model, load_tokenizer, require_folder
from rows import Row, messages


def conversation(row):
    user, assistant = messages(row)
    return {"prompt": [user], "completion": [assistant]}


class StepLines(TrainerCallback):
    """Times each optimizer step and prints it when the trainer logs its loss."""

    def __init__(self, batch):
        self.batch = batch
        self.data = None
        self.begun = self.seconds = 0.0

    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == 0:
            events.computing()
        self.begun = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        self.seconds = time.perf_counter() - self.begun

    def on_log(self, args, state, control, logs, **kwargs):
        if "loss" in logs:
            last = state.global_step * self.batch
            part = self.data[last - self.batch : last]
            rows = [
                Row(ids, [int(label != -100) for label in labels])
                for ids, labels in zip(part["input_ids"], part["labels"], strict=True)
            ]
            events.step(state.global_step, rows, self.seconds, float(logs["loss"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=require_folder, required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--max-length", type=int, required=True)
    parser.add_argument(
        "--gradient-checkpointing", action="store_true", help="TRL's default; slower, less memory"
    )
    parser.add_argument("--full", action="store_true", help="train all weights, without an adapter")
    parser.add_argument("--scratch", required=True, help="folder that the trainer may write in")
    args = parser.parse_args()

    data = load_dataset("json", data_files=args.train, split="train", cache_dir=args.scratch)
    data = data.map(conversation, remove_columns=data.column_names)
    config = SFTConfig(
        output_dir=args.scratch,
        max_length=args.max_length,
        per_device_train_batch_size=args.batch,
        max_steps=args.steps,
        learning_rate=loop.FULL_LEARNING_RATE if args.full else loop.LEARNING_RATE,
        lr_scheduler_type="constant",
        weight_decay=0.0,
        max_grad_norm=0.0,
        train_sampling_strategy="sequential",
        bf16=False,
        use_cpu=True,
        gradient_checkpointing=args.gradient_checkpointing,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    lines = StepLines(args.batch)
    trainer = SFTTrainer(
        load_model(args.model),
        args=config,
        train_dataset=data,
        peft_config=None if args.full else loop.lora_config(),
        processing_class=load_tokenizer(args.model),
        callbacks=[lines],
    )
    trainer.remove_callback(PrinterCallback)  # it prints to stdout too, in Python's notation
    lines.data = trainer.train_dataset
    trainer.train()


if __name__ == "__main__":
    main()
