"""Writes the case of BpeTrainerTest: what the tokenizers library learns from some rows of GSM8K.

usage: bpe_trainer.py GSM8K_JSONL OUT_FOLDER
"""
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.trainers import BpeTrainer

BYTE_LEVEL = pre_tokenizers.ByteLevel(add_prefix_space=False)
SCHEMES = {"gpt-2": BYTE_LEVEL, "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(True), BYTE_LEVEL])}


def train(texts, pre, vocab_size, min_frequency):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = SCHEMES[pre]
    tokenizer.train_from_iterator(texts, BpeTrainer(
        vocab_size=vocab_size, min_frequency=min_frequency, special_tokens=["<|endoftext|>", "<|im_start|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    return {"pre": pre, "vocab_size": vocab_size, "min_frequency": min_frequency, "merges": model["merges"],
            "vocab": model["vocab"]}


rows = [json.loads(line)["question"] for line in open(sys.argv[1], encoding="utf-8")][:60]
texts = rows + ["aaaa aaaaa aaaaaaa " * 5, "naïve café 日本 日本語 😀😀"]
out = Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
result = {"texts": texts, "models": [train(texts, "gpt-2", 600, 2), train(texts, "smollm", 5000, 3)]}
(out / "trained.json").write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
