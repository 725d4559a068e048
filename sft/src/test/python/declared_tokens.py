"""Writes golden/tokenizers/declared.json, the cases of DeclaredTokensTest: the added tokens and the ids that transformers
has where tokenizer_config.json declares tokens otherwise than tokenizer.json.

usage: declared_tokens.py OUT.json
"""
import json
import random
import sys
import tempfile
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, models
from transformers import PreTrainedTokenizerFast

ALPHABET = "abcxyz <>_"
TOKENS = ["<a>", "<b>", "<c>", "<a", "ab", "abc", "x", "<x> ", "_"]
FLAGS = ["lstrip", "rstrip", "single_word", "normalized", "special"]


def flags(rng):
    return {flag: rng.random() < 0.4 for flag in FLAGS}


def folder(rng, at):
    made = Tokenizer(models.BPE({c: i for i, c in enumerate(ALPHABET)} | {"ab": 10, "abc": 11},
                                [("a", "b"), ("ab", "c")]))
    known = rng.sample(TOKENS, rng.randrange(0, 4))
    made.add_tokens([AddedToken(token, **flags(rng)) for token in known])
    config = {"tokenizer_class": "PreTrainedTokenizerFast"}
    declared = {}
    free = made.get_vocab_size()
    for token in rng.sample(TOKENS, rng.randrange(0, 4)):
        known_id = made.token_to_id(token)
        declared[str(free if known_id is None else known_id)] = {"content": token, **flags(rng)}
        free += known_id is None
    if declared or rng.random() < 0.5:
        config["added_tokens_decoder"] = declared
    there = list(made.get_vocab()) + [token["content"] for token in declared.values()]
    for role in ["bos_token", "eos_token", "pad_token", "unk_token"]:
        if rng.random() < 0.4:
            token = rng.choice(there)
            config[role] = token if rng.random() < 0.7 else {"content": token, "__type": "AddedToken", "normalized": False}
    if rng.random() < 0.5:
        config["additional_special_tokens"] = rng.sample(TOKENS + ["a", "<new>"], rng.randrange(0, 4))
    made.save(str(at / "tokenizer.json"))
    (at / "tokenizer_config.json").write_text(json.dumps(config))
    return made, config


def cases(rng, count):
    for _ in range(count):
        with tempfile.TemporaryDirectory() as name:
            at = Path(name)
            _, config = folder(rng, at)
            loaded = PreTrainedTokenizerFast.from_pretrained(at)
            json_before = json.loads((at / "tokenizer.json").read_text())
        added = sorted(json.loads(loaded.backend_tokenizer.to_str())["added_tokens"], key=lambda token: token["id"])
        texts = ["".join(rng.choice(list(ALPHABET) + TOKENS * 2) for _ in range(rng.randrange(1, 8))) for _ in range(5)]
        yield {"tokenizer": json_before, "config": config, "added": added,
               "cases": [{"text": text, "ids": loaded(text, add_special_tokens=False)["input_ids"]} for text in texts]}


def main():
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases(random.Random(3), 60)) + "\n]\n")


main()
