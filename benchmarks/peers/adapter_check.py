"""Adapters across the border, both ways.

adapter_check.py read --model M --adapter FOLDER --figures FILE
    Loads an adapter that Linnet wrote into PEFT and compares logits with those that Linnet computed. FILE is
    JSON of `ids` and any of `logits`, `logSumExp`, `logProbs` (logit_figures.py); where it has several lines
    (as `linnet score --json` prints), every line with `ids` and `logProbs` is compared. Exit code 1 where one
    differs by more than --tolerance.

adapter_check.py write --model M --train gsm8k-train.jsonl --folder FOLDER
    Writes an adapter with PEFT (rank 1, every linear layer of every other block, B not zero; 0.6 MB) and,
    beside its files, figures.json with the logits that PEFT computes. The base model's own logProbs are there
    too, to show that the adapter makes a difference.
"""

import argparse
import json
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from logit_figures import figures_of, largest_gaps, logits_of, some_text
from model import load_model, load_tokenizer, require_folder
from start_adapter import formula, start_by_formula

PROJECTIONS = (
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    read = commands.add_parser("read", help="an adapter of Linnet's, in PEFT")
    read.add_argument("--adapter", type=Path, required=True)
    read.add_argument("--figures", type=Path, required=True)
    read.add_argument("--tolerance", type=float, default=1e-3)
    write = commands.add_parser("write", help="an adapter of PEFT's, for Linnet")
    write.add_argument("--train", type=Path, required=True)
    write.add_argument("--length", type=int, default=100)
    write.add_argument("--folder", type=Path, required=True)
    for command in (read, write):
        command.add_argument("--model", type=require_folder, required=True)
    return parser.parse_args()


def read_figures(path):
    """The JSON objects of a file that hold `ids` and something to compare."""
    text = path.read_text(encoding="utf-8")
    try:
        objects = [json.loads(text)]
    except json.JSONDecodeError:
        objects = [json.loads(line) for line in text.splitlines() if line.strip()]
    found = [one for one in objects if "ids" in one and one.keys() & {"logits", "logSumExp", "logProbs"}]
    if not found:
        raise SystemExit(f"{path}: no object with ids and one of logits, logSumExp, logProbs")
    return found


def check_read(args):
    model = PeftModel.from_pretrained(load_model(args.model), args.adapter).eval()
    worst = {}
    for linnet in read_figures(args.figures):
        peft = figures_of(linnet["ids"], logits_of(model, linnet["ids"]))
        for kind, gap in largest_gaps(peft, linnet).items():
            worst[kind] = max(gap, worst.get(kind, 0.0))
    print(json.dumps(worst))
    if max(worst.values()) > args.tolerance:
        raise SystemExit(f"PEFT and Linnet differ by more than {args.tolerance}")


def write(args):
    ids = some_text(args.train, load_tokenizer(args.model), args.length)
    base = load_model(args.model)
    plain = figures_of(ids, logits_of(base, ids))
    targets = [
        f"model.layers.{layer}.{projection}"
        for layer in range(0, base.config.num_hidden_layers, 2)
        for projection in PROJECTIONS
    ]
    model = get_peft_model(base, LoraConfig(r=1, lora_alpha=4, target_modules=targets, task_type="CAUSAL_LM"))
    start_by_formula(model)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("lora_B.default.weight"):
                start = formula(name.replace(".default.", "."), *parameter.shape)
                parameter.copy_(torch.from_numpy(start * 0.1))
    model.eval().save_pretrained(args.folder, save_embedding_layers=False)
    (args.folder / "README.md").unlink()  # an empty form of a model card
    figures = figures_of(ids, logits_of(model, ids)) | {"baseLogProbs": plain["logProbs"]}
    (args.folder / "figures.json").write_text(json.dumps(figures) + "\n", encoding="utf-8")
    print("adapter against base:", largest_gaps(figures, plain))


def main():
    args = parse()
    if args.command == "read":
        check_read(args)
    else:
        write(args)


if __name__ == "__main__":
    main()
