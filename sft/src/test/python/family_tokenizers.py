"""Writes the cases of FamilyTokenizersTest: small tokenizers with the exact structure of those that the model
families ship, and what the tokenizers library makes of tricky and of random texts with them.

usage: family_tokenizers.py GSM8K_JSONL OUT_FOLDER [RANDOM_CASES_PER_TOKENIZER [SEED]]
"""
import io
import json
import random
import sys
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.trainers import BpeTrainer

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"\p{N}{1,3}" + REST
QWEN2 = CONTRACTIONS + r"\p{N}" + REST
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"


def cased(tail, digits):
    return (rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{tail}|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{tail}|{digits}"
            r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")


TEKKEN = cased("", r"\p{N}")
O200K = cased(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?", r"\p{N}{1,3}")


def added(id_, content, special=True, normalized=False, rstrip=False, lstrip=False, single_word=False):
    return {"id": id_, "content": content, "single_word": single_word, "lstrip": lstrip, "rstrip": rstrip,
            "normalized": normalized, "special": special}


def sequence(kind, *parts):
    name = {"pre": "pretokenizers", "norm": "normalizers", "post": "processors", "dec": "decoders"}[kind]
    return {"type": "Sequence", name: list(parts)}


def byte_level(prefix, trim, regex):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": trim, "use_regex": regex}


def split(regex, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": behavior, "invert": invert}


def replace(old, new):
    return {"type": "Replace", "pattern": {"String": old}, "content": new}


def template(bos, bos_id, eos=None, eos_id=None):
    def item(token, type_id):
        return {"SpecialToken": {"id": token, "type_id": type_id}}

    def text(name, type_id):
        return {"Sequence": {"id": name, "type_id": type_id}}

    tail = lambda type_id: [item(eos, type_id)] if eos else []
    tokens = {bos: {"id": bos, "ids": [bos_id], "tokens": [bos]}}
    if eos:
        tokens[eos] = {"id": eos, "ids": [eos_id], "tokens": [eos]}
    return {"type": "TemplateProcessing", "single": [item(bos, 0), text("A", 0)] + tail(0),
            "pair": [item(bos, 0), text("A", 0)] + tail(0) + [item(bos, 1), text("B", 1)] + tail(1),
            "special_tokens": tokens}


def pieces_of_bytes(rows, size, pre, first=()):
    """A byte-level model trained with the words that a pre-tokenizer makes; its tokens after those of `first`."""
    tokenizer = Tokenizer(models.BPE())
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
             "pre_tokenizer": pre, "post_processor": None, "decoder": None, "model": json.loads(tokenizer.to_str())["model"]}
    tokenizer = Tokenizer.from_str(json.dumps(whole))
    tokenizer.train_from_iterator(rows, BpeTrainer(
        vocab_size=size, special_tokens=list(first), show_progress=False, min_frequency=2,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return json.loads(tokenizer.to_str())["model"]


def sentencepiece_model(rows, size, **options):
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(rows), model_writer=out, model_type="bpe", vocab_size=size, byte_fallback=True,
        character_coverage=0.9995, num_threads=1, minloglevel=2, normalization_rule_name="identity",
        remove_extra_whitespaces=False, split_digits=True, allow_whitespace_only_pieces=True, **options)
    return out.getvalue()


def model_of_sentencepiece(proto):
    """The vocabulary and merges that transformers makes of a SentencePiece model: every way to cut a piece in two."""
    sp = sentencepiece.SentencePieceProcessor(model_proto=proto)
    vocab = {sp.id_to_piece(i): i for i in range(sp.vocab_size())}
    merges = []
    for piece, id_ in vocab.items():
        local = [(piece[:i], piece[i:], sp.get_score(id_)) for i in range(1, len(piece))
                 if piece[:i] in vocab and piece[i:] in vocab]
        if not (sp.is_control(id_) or sp.is_byte(id_) or sp.is_unknown(id_)):
            merges.extend(sorted(local, key=lambda m: (vocab[m[0]], vocab[m[1]])))
    merges.sort(key=lambda m: -m[2])
    return vocab, [[a, b] for a, b, _ in merges]


def bpe(vocab, merges, strings, **options):
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
             "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
    return model | options | {"vocab": vocab, "merges": [" ".join(m) for m in merges] if strings else merges}


def tokenizer(model, tokens, norm=None, pre=None, post=None, dec=None):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": norm,
            "pre_tokenizer": pre, "post_processor": post, "decoder": dec, "model": model}


BPE_DECODER = byte_level(True, True, True)
BYTES = byte_level(False, True, False)
SPM = dict(unk_token="<unk>", fuse_unk=True, byte_fallback=True)
SPM_DECODER = sequence("dec", replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"},
                       {"type": "Strip", "content": " ", "start": 1, "stop": 0})
PREPEND = sequence("norm", {"type": "Prepend", "prepend": "▁"}, replace(" ", "▁"))
METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
LLAMA2_ADDED = [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>")]


def end_of(model, *tokens):
    """Added tokens behind the vocabulary, each a name or a function of an id."""
    start = len(model["vocab"])
    return [token(start + i) if callable(token) else added(start + i, token) for i, token in enumerate(tokens)]


def byte_families(rows, learnt=300):
    def model(pre, first=(), strings=True, **options):
        trained = pieces_of_bytes(rows, 256 + len(first) + learnt, pre, first)
        return bpe(trained["vocab"], trained["merges"], strings, **options)

    empty = dict(continuing_subword_prefix="", end_of_word_suffix="")
    gpt2 = byte_level(False, True, True)
    m = model(gpt2, **empty)
    yield "gpt2", tokenizer(m, end_of(m, lambda i: added(i, "<|endoftext|>", normalized=True)), pre=gpt2,
                            post=byte_level(True, False, True), dec=BPE_DECODER)
    runs = [lambda i, n=n: added(i, " " * n, special=False, normalized=True) for n in range(31, 1, -1)]
    tabs = [lambda i, n=n: added(i, "\t" * n, special=False, normalized=True) for n in range(9, 1, -1)]
    yield "phi2", tokenizer(m, end_of(m, "<|endoftext|>", *runs, *tabs), pre=gpt2, post=byte_level(True, False, True),
                            dec=BPE_DECODER)
    llama3 = sequence("pre", split(LLAMA3), BYTES)
    m = model(llama3, ignore_merges=True)
    bos = len(m["vocab"])
    yield "llama3", tokenizer(
        m, end_of(m, "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        pre=llama3, post=sequence("post", byte_level(True, False, True), template("<|begin_of_text|>", bos)),
        dec=BPE_DECODER)
    m = model(llama3, strings=False)
    yield "smollm3", tokenizer(
        m, end_of(m, "<|begin_of_text|>", "<|end_of_text|>", "<|im_start|>", "<|im_end|>",
                  lambda i: added(i, "<think>", special=False), lambda i: added(i, "</think>", special=False)),
        pre=llama3, post=byte_level(True, False, True), dec=BPE_DECODER)
    qwen = sequence("pre", split(QWEN2), byte_level(False, False, False))
    m = model(qwen, **empty)
    no_trim = byte_level(False, False, False)
    yield "qwen3", tokenizer(
        m, end_of(m, "<|endoftext|>", "<|im_start|>", "<|im_end|>",
                  lambda i: added(i, "<tool_call>", special=False), lambda i: added(i, "<think>", special=False)),
        norm={"type": "NFC"}, pre=qwen, post=no_trim, dec=no_trim)
    smollm = sequence("pre", {"type": "Digits", "individual_digits": True}, gpt2)
    names = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>")
    m = model(smollm, first=names)
    yield "smollm2", tokenizer(m, [added(i, name) for i, name in enumerate(names)], pre=smollm, dec=BPE_DECODER)
    tekken = sequence("pre", split(TEKKEN), BYTES)
    names = ("<unk>", "<s>", "</s>", "[INST]", "[/INST]")
    m = model(tekken, first=names, strings=False, ignore_merges=True)
    yield "tekken", tokenizer(m, [added(i, name) for i, name in enumerate(names)], pre=tekken,
                              post=sequence("post", byte_level(True, False, True), template("<s>", 1)), dec=BPE_DECODER)
    o200k = sequence("pre", split(O200K, "Removed", True), BYTES)
    m = model(o200k)
    yield "phi4-mini", tokenizer(m, end_of(m, "<|endoftext|>", "<|user|>", lambda i: added(i, "<|end|>", rstrip=True)),
                                 pre=o200k, post=byte_level(True, False, True), dec=BPE_DECODER)


def piece_families(rows, size=700):
    proto = sentencepiece_model(rows, size)
    vocab, merges = model_of_sentencepiece(proto)
    yield "llama2", tokenizer(bpe(vocab, merges, True, **SPM), LLAMA2_ADDED, norm=PREPEND, post=template("<s>", 1),
                              dec=SPM_DECODER), proto
    n = len(vocab)
    yield "mistral-v0.3", tokenizer(
        bpe(vocab, merges, False, **SPM), LLAMA2_ADDED + [added(n, "[INST]"), added(n + 1, "[/INST]")],
        pre=METASPACE, post=template("<s>", 1), dec=SPM_DECODER), None
    turns = ["<|endoftext|>", "<|assistant|>", "<|placeholder1|>", "<|system|>", "<|end|>", "<|user|>"]
    phi3 = [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>", special=False, rstrip=True)]
    phi3 += [added(n + i, t, rstrip=i > 0) for i, t in enumerate(turns)]
    yield "phi3", tokenizer(bpe(vocab, merges, True, **SPM), phi3, norm=PREPEND, post=template("<s>", 1),
                            dec=SPM_DECODER), None
    names = ["<unused0>", "<start_of_turn>", "<end_of_turn>", "\n", "\n\n", "\n\n\n", "▁▁", "▁▁▁", "▁▁▁▁", "<table>"]
    proto = sentencepiece_model(rows, size + 20, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>",
                                bos_piece="<bos>", add_dummy_prefix=False, user_defined_symbols=names)
    vocab, merges = model_of_sentencepiece(proto)
    gemma = [added(vocab[t], t) for t in ("<pad>", "<eos>", "<bos>", "<unk>")]
    gemma += [added(vocab[t], t, special="_turn" in t) for t in names]
    yield "gemma", tokenizer(
        bpe(vocab, merges, False, **SPM), sorted(gemma, key=lambda t: t["id"]), norm=replace(" ", "▁"),
        pre={"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        post=template("<bos>", 2), dec=sequence("dec", replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"})), proto


TRICKY = ["", " ", "  ", "\n", "\t", "a", " a", "a ", "  a  b   c ", "Hello, world!", "Hello  world\n\n\n  indented\n\ttab\r\n",
          "don't I'LL we'Ve they'D 'S 'ſ '", "100000 3.14 1,234,567 ½ ² Ⅷ １２３", "naïve café e\u0301 E\u0301te\u0301 \u212b ﬁ",
          "日本語のテキスト、中文文本。한국어 \u1112\u1161\u11ab", "مرحبا بالعالم שלום עולם \u202e\u200f", "ไทย का क्षि \u0e33 \u09c7\u09be",
          "😀 👨‍👩‍👧‍👦 ❤️\u200d🔥 🇫🇷🇩🇪 👍🏽 \U0001d518", "def f(x):\n    return x**2  # ok\n\n\tif a!=b: {\"k\": [1,2]}",
          "https://example.org/a?b=c&d=%20#x", "\x00\x01\x1b[0m\x7f\x85\xa0\u2028\u3000\ufeff\ufffd", "▁ ▁▁ Ġ ĠĠ <0x41> <0xE2>",
          "x" * 150, "ab" * 80 + " " + "é" * 30, "中" * 30, " " * 70, "\n" * 9 + "\t" * 12, "a\u0300\u0301\u0302\u0323" * 9,
          "{}[]()<>|&^%$#@!~`\\/\"'?;:", "CamelCaseWord snake_case_word SCREAMING iPhone McDonald's",
          "\U00020000\U0002fa1d\ue000\U000f0000", "I\u2019m \u201cquoted\u201d \u2014 dash\u2026", "İıẞßΣσς ǅ"]
PIECES = ["the ", " the", "'s", "'S", "'ſ", "'LL", "'", "I'm", "123", "4", "１２", "½", "Ⅷ", " ", "  ", "   ", "\t", "\n", "\r\n",
          "\n\n\n", "\u00a0", "\u2003", "\u2028", "\x85", "\u3000", "a", "B", "é", "e\u0301", "\u0301", "\u0323\u0301", "Å", "가",
          "\u1100\u1161\u11a8", "ﬁ", "ｶﾞ", "İ", "ß", "Σ", "ǅ", "word", "!", "?!", ".", "...", "---", "_", "(x)", "$", "™", "€",
          "中文", "カナ", "мир", "שלום", "😀", "❤️\u200d🔥", "🇫🇷", "𝔘", "\x00", "\u202e", "\ue000", "▁", "▁▁", "Ġ", "<0x41>",
          "<0xE4>", "How many clips", "Natalia sold 48/2", "3.14", "/path\n/", "ไทย", "\u0e33", "\ufffd", "\x1f"]


def texts(rng, rows, tokens, count):
    yield from TRICKY
    for token in tokens:
        yield f"{token}a {token} b\n{token}{token}\n\n{token[:-1]}"
    pieces = PIECES + tokens + [" " + t + " " for t in tokens]
    for i in range(count):
        if i % 5 == 0:
            row = rng.choice(rows)
            start = rng.randrange(len(row))
            yield row[start:start + rng.randrange(1, 80)]
        elif i % 5 == 1:
            yield "".join(chr(c) for c in (rng.choice((rng.randrange(128), rng.randrange(0x3000), rng.randrange(0x20000)))
                                           for _ in range(rng.randrange(1, 20))) if not 0xD800 <= c < 0xE000)
        else:
            yield "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 12)))


def case(tok, text):
    plain = tok.encode(text, add_special_tokens=False)
    result = {"text": text, "ids": plain.ids, "offsets": [list(o) for o in plain.offsets],
              "decoded_keep": tok.decode(plain.ids, skip_special_tokens=False),
              "decoded_skip": tok.decode(plain.ids, skip_special_tokens=True)}
    special = tok.encode(text, add_special_tokens=True)
    if special.ids != plain.ids:
        result["ids_with_special"] = special.ids
        result["decoded_with_special_keep"] = tok.decode(special.ids, skip_special_tokens=False)
        result["decoded_with_special_skip"] = tok.decode(special.ids, skip_special_tokens=True)
    return result


def decode_case(tok, ids):
    return {"ids": ids, "decoded_keep": tok.decode(ids, skip_special_tokens=False),
            "decoded_skip": tok.decode(ids, skip_special_tokens=True)}


def write(folder, data, rows, count, seed):
    tok = Tokenizer.from_str(json.dumps(data))
    rng = random.Random(f"{folder.name} {seed}")
    tokens = [t["content"] for t in data["added_tokens"]]
    cases = [case(tok, text) for text in texts(rng, rows, tokens[:6] + tokens[-2:], count)]
    size = tok.get_vocab_size()
    low = [i for i in (tok.token_to_id(f"<0x{b:02X}>") for b in range(256)) if i is not None] or list(range(size))
    decodes = [decode_case(tok, [rng.choice(low) if rng.random() < 0.5 else rng.randrange(size + 2) for _ in range(n % 12)])
               for n in range(12 + count // 2)]
    folder.mkdir(parents=True, exist_ok=True)
    compact = dict(ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(json.dumps(data, **compact) + "\n", "utf-8")
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    more = ",\n".join(json.dumps(c, separators=(",", ":")) for c in decodes)
    (folder / "cases.json").write_text('{"cases":[\n' + lines + '\n],"decode_cases":[\n' + more + "\n]}\n", "utf-8")


def main():
    rows = [json.loads(line)["question"] for line in open(sys.argv[1], encoding="utf-8")][:300]
    out = Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    seed = sys.argv[4] if len(sys.argv) > 4 else "0"
    for name, data in byte_families(rows):
        write(out / name, data, rows, count, seed)
    for name, data, _ in piece_families(rows):
        write(out / name, data, rows, count, seed)


if __name__ == "__main__":
    main()
