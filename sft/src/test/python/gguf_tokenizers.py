"""Writes the cases of GgufFamiliesTest: GGUF files without weights that hold the small tokenizers of
family_tokenizers.py as llama.cpp's converters write them, and the ids that llama.cpp finds with them.

usage: gguf_tokenizers.py GSM8K_JSONL OUT_FOLDER [RANDOM_CASES_PER_TOKENIZER [SEED]]     (needs gguf, llama-cpp-python)
"""
import json
import random
import sys
from pathlib import Path

import sentencepiece
from gguf import GGUFWriter, TokenType
from llama_cpp import Llama

import family_tokenizers as families

BYTE_LEVEL = {"gpt2": "gpt-2", "llama3": "llama-bpe", "qwen3": "qwen2", "smollm2": "smollm"}


def writer(path):
    out = GGUFWriter(path, "llama")
    out.add_context_length(128)
    out.add_embedding_length(32)
    out.add_block_count(1)
    out.add_feed_forward_length(32)
    out.add_head_count(4)
    out.add_layer_norm_rms_eps(1e-5)
    return out


def finish(out):
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def write_pieces(path, proto, data):
    sp = sentencepiece.SentencePieceProcessor(model_proto=proto)
    tokens, scores, types = [], [], []
    for i in range(sp.vocab_size()):
        tokens.append(sp.id_to_piece(i))
        scores.append(sp.get_score(i))
        types.append(TokenType.UNKNOWN if sp.is_unknown(i) else TokenType.CONTROL if sp.is_control(i)
                     else TokenType.UNUSED if sp.is_unused(i) else TokenType.BYTE if sp.is_byte(i) else TokenType.NORMAL)
    for token in data["added_tokens"]:
        if types[token["id"]] == TokenType.NORMAL:
            types[token["id"]] = TokenType.CONTROL if token["special"] else TokenType.USER_DEFINED
            tokens[token["id"]] = token["content"] if token["special"] else token["content"].replace("▁", " ")
            scores[token["id"]] = -1000.0
    out = writer(path)
    out.add_tokenizer_model("llama")
    out.add_tokenizer_pre("default")
    out.add_token_list(tokens)
    out.add_token_scores(scores)
    out.add_token_types(types)
    if sp.bos_id() != 1:
        out.add_bos_token_id(sp.bos_id())
        out.add_eos_token_id(sp.eos_id())
        out.add_unk_token_id(sp.unk_id())
        out.add_pad_token_id(sp.pad_id())
        out.add_add_bos_token(True)
        out.add_add_space_prefix(False)
    finish(out)


def write_byte_level(path, data, pre):
    ids = dict(data["model"]["vocab"])
    types = {}
    for token in data["added_tokens"]:
        ids[token["content"]] = token["id"]
        types[token["id"]] = TokenType.CONTROL if token["special"] else TokenType.USER_DEFINED
    tokens = sorted(ids, key=ids.get)
    out = writer(path)
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre(pre)
    out.add_token_list(tokens)
    out.add_token_types([types.get(i, TokenType.NORMAL) for i in range(len(tokens))])
    out.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in data["model"]["merges"]])
    out.add_bos_token_id(data["added_tokens"][0]["id"])
    out.add_eos_token_id(data["added_tokens"][1 % len(data["added_tokens"])]["id"])
    finish(out)


def write_cases(path, data, rows, count, seed):
    llama = Llama(str(path), vocab_only=True, verbose=False)
    rng = random.Random(f"{path.stem} {seed}")
    tokens = [t["content"] for t in data["added_tokens"]]
    cases = [{"text": text, "ids": llama.tokenize(text.encode(), add_bos=True, special=True)}
             for text in families.texts(rng, rows, tokens[:6] + tokens[-2:], count)]
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    path.with_suffix(".json").write_text('{"cases":[\n' + lines + "\n]}\n", "utf-8")


def main():
    rows = [json.loads(line)["question"] for line in open(sys.argv[1], encoding="utf-8")][:300]
    out = Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    seed = sys.argv[4] if len(sys.argv) > 4 else "0"
    for name, data, proto in families.piece_families(rows):
        if not proto:
            continue
        write_pieces(out / f"{name}.gguf", proto, data)
        write_cases(out / f"{name}.gguf", data, rows, count, seed)
    for name, data in families.byte_families(rows):
        if name in BYTE_LEVEL:
            write_byte_level(out / f"{name}.gguf", data, BYTE_LEVEL[name])
            write_cases(out / f"{name}.gguf", data, rows, count, seed)


if __name__ == "__main__":
    main()
