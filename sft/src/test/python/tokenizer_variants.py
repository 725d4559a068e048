"""Writes the cases of TokenizerVariantsTest: small tokenizers of every kind of part that Linnet supports, trained
here with the tokenizers library, and what that library makes of random texts.

usage: tokenizer_variants.py GSM8K_JSONL OUT_FOLDER [CASES_PER_TOKENIZER]
"""
import json
import random
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"\p{N}{1,3}" + REST
QWEN2 = CONTRACTIONS + r"\p{N}" + REST
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
            r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
pre, norm, post = pre_tokenizers, normalizers, processors
BYTES = pre.ByteLevel(add_prefix_space=False, use_regex=False)
SPECIALS = ["<unk>", "<s>", "</s>"]
ADDED = [AddedToken("<|x|>", special=True, normalized=False), AddedToken("[M]", lstrip=True, rstrip=True),
         AddedToken("word", single_word=True), AddedToken("Été", normalized=True),
         AddedToken("\n\n\n", normalized=False), AddedToken("<|x|>!", normalized=False)]


def split(regex, behavior="isolated", invert=False):
    return pre.Split(Regex(regex), behavior, invert)


def template(bos="<s>", eos=None):
    tail = f" {eos}" if eos else ""
    tokens = [(bos, 1)] + ([(eos, 2)] if eos else [])
    return post.TemplateProcessing(single=f"{bos} $A{tail}", pair=f"{bos} $A $B:1", special_tokens=tokens)


def byte_level(**parts):
    return dict(decoder=decoders.ByteLevel(), alphabet=pre.ByteLevel.alphabet(), **parts)


SPM_DECODER = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                 decoders.Strip(" ", 1, 0)])
FALLBACK = dict(byte_fallback=True, fuse_unk=True, unk_token="<unk>")
VARIANTS = {
    "gpt2": byte_level(pre=pre.ByteLevel(add_prefix_space=False), post=post.ByteLevel(trim_offsets=True)),
    "roberta": byte_level(pre=pre.ByteLevel(add_prefix_space=True),
                          post=post.Sequence([post.ByteLevel(trim_offsets=True), template(eos="</s>")])),
    "llama3": byte_level(pre=pre.Sequence([split(LLAMA3), BYTES]), model=dict(ignore_merges=True),
                         post=post.Sequence([post.ByteLevel(trim_offsets=True), template()])),
    "qwen2": byte_level(norm=norm.NFC(), pre=pre.Sequence([split(QWEN2), BYTES]),
                        post=post.ByteLevel(add_prefix_space=False, trim_offsets=False)),
    "o200k": byte_level(pre=pre.Sequence([split(O200K, "removed", True), BYTES])),
    "deepseek": byte_level(pre=pre.Sequence([split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK), BYTES])),
    "falcon": byte_level(pre=pre.Sequence([pre.Punctuation("contiguous"), pre.ByteLevel(add_prefix_space=False),
                                           pre.Digits(False), split("[0-9][0-9][0-9]")])),
    "smollm": byte_level(pre=pre.Sequence([pre.Digits(True), pre.ByteLevel(add_prefix_space=False)])),
    "normalised": byte_level(norm=norm.Sequence([norm.NFKD(), norm.StripAccents(), norm.Lowercase(),
                                                 norm.Replace(Regex(r"\p{Cyrillic}+"), "ru"), norm.Strip()]),
                             pre=pre.Sequence([pre.WhitespaceSplit(), split("a", "merged_with_next"),
                                               split("e", "merged_with_previous"), BYTES])),
    "compatibility": byte_level(norm=norm.NFKC(), pre=pre.Sequence([pre.Whitespace(), BYTES])),
    "byte-normaliser": dict(norm=norm.Sequence([norm.NFD(), norm.ByteLevel()]), decoder=decoders.ByteLevel(),
                            alphabet=pre.ByteLevel.alphabet(), pre=split("Ġ", "merged_with_next")),
    "spm": dict(norm=norm.Sequence([norm.Prepend("▁"), norm.Replace(" ", "▁")]), decoder=SPM_DECODER,
                model=FALLBACK, post=template(), alphabet=[]),
    "metaspace": dict(pre=pre.Metaspace("▁", "first", True), decoder=decoders.Metaspace("▁", "first", True),
                      model=dict(unk_token="<unk>", fuse_unk=False), alphabet=[]),
    "bert": dict(norm=norm.BertNormalizer(), pre=pre.BertPreTokenizer(), decoder=decoders.WordPiece("##", cleanup=True),
                 post=post.BertProcessing(("</s>", 2), ("<s>", 1)), alphabet=[],
                 model=dict(unk_token="<unk>", continuing_subword_prefix="##")),
    "word-ends": dict(norm=norm.Sequence([norm.Nmt(), norm.NFKC(), norm.Lowercase()]), pre=pre.Whitespace(),
                      decoder=decoders.BPEDecoder("</w>"), alphabet=[],
                      model=dict(unk_token="<unk>", fuse_unk=True, end_of_word_suffix="</w>")),
    "both-marks": dict(pre=pre.WhitespaceSplit(), decoder=None, alphabet=[],
                       model=dict(unk_token="<unk>", continuing_subword_prefix="#", end_of_word_suffix="$")),
    "roberta-processing": byte_level(pre=pre.ByteLevel(add_prefix_space=True),
                                     post=post.RobertaProcessing(("</s>", 2), ("<s>", 1), True, True)),
    "pieces": byte_level(pre=pre.Sequence([pre.CharDelimiterSplit("a"), pre.FixedLength(4), BYTES])),
    "inverted": byte_level(pre=pre.Sequence([
        split(r"\p{L}+|\s", "merged_with_previous", True), split("e", "merged_with_next", True),
        split(r"\d", "contiguous", True), pre.Split("th", "removed", False), BYTES])),
    "metaspace-words": dict(pre=pre.Metaspace("▁", "always", True), decoder=decoders.Metaspace("▁", "always", True),
                            model=FALLBACK, post=template(eos="</s>"), alphabet=[]),
    "metaspace-never": dict(pre=pre.Metaspace("_", "never", False), alphabet=[], model=dict(unk_token="<unk>", fuse_unk=True),
                            decoder=decoders.Sequence([decoders.Strip("e", 0, 1), decoders.Metaspace("_", "never", False)])),
    "late-decoders": dict(norm=norm.Replace(" ", "▁"), model=FALLBACK, alphabet=[], decoder=decoders.Sequence(
        [decoders.ByteFallback(), decoders.Fuse(), decoders.Replace("▁", " "), decoders.Replace("the ", "THE "),
         decoders.Strip(" ", 2, 0)])),
}

PIECES = ["the ", " the", "'s", "'S", "'ſ", "'LL", "'ve", "'", " '", "I'm", "don't", "123", "4", "１２", "½", "²", "Ⅷ", " ",
          "  ", "   ", "\t", "\n", "\r\n", "\n\n\n", "\u00a0", "\u2003", "\u2028", "\x85", "\u3000", "a", "B", "é", "e\u0301",
          "É", "\u0301", "\u0323\u0301", "Å", "Å", "가", "\u1100\u1161\u11a8", "क़", "각", "ﬁ", "ｶﾞ", "İ", "ß", "Σ", "ǅ", "word",
          " word ", "words", "Été", "E\u0301te\u0301", "[M]", " [M] ", "<|x|>", "<|x|>!", "<s>", "</s>", "<unk>", "!", "?!",
          ".", ",", "$", "+", "...", "---", "_", "(x)", "{}", "`", "™", "€", "中文", "カナ", "ひら", "Привет", "мир", "שלום", "😀",
          "❤️\u200d🔥", "🇫🇷", "𝔘", "\x00", "\u202e", "\ue000", "▁", "Ġ", "<0x41>", "How many clips", "Natalia sold 48/2",
          "100000", "3.14", "CamelCase", "snake_case", "/path\n/", "x\n", "\n x", "ا", "ไทย", "\u0e33", "\u09c7\u09be"]


def texts(rng, rows, count):
    for i in range(count):
        if i % 6 == 0:
            row = rng.choice(rows)
            start = rng.randrange(len(row))
            yield row[start:start + rng.randrange(1, 60)]
        else:
            yield "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 12)))


def build(parts, rows):
    tokenizer = Tokenizer(models.BPE(**parts.get("model", {})))
    if "norm" in parts:
        tokenizer.normalizer = parts["norm"]
    if "pre" in parts:
        tokenizer.pre_tokenizer = parts["pre"]
    if "post" in parts:
        tokenizer.post_processor = parts["post"]
    if parts["decoder"]:
        tokenizer.decoder = parts["decoder"]
    bytes_ = [f"<0x{b:02X}>" for b in range(256)] if parts.get("model", {}).get("byte_fallback") else []
    trainer = BpeTrainer(vocab_size=len(bytes_) + 460, special_tokens=SPECIALS + bytes_, show_progress=False,
                         initial_alphabet=parts["alphabet"], min_frequency=2,
                         continuing_subword_prefix=parts.get("model", {}).get("continuing_subword_prefix", ""),
                         end_of_word_suffix=parts.get("model", {}).get("end_of_word_suffix", ""))
    # A tokenizer without words would learn whole sentences, so it learns from words.
    tokenizer.train_from_iterator(rows if "pre" in parts else (w for r in rows for w in r.split()), trainer)
    tokenizer.add_special_tokens([t for t in ADDED if t.special])
    tokenizer.add_tokens([t for t in ADDED if not t.special])
    if bytes_:  # as in Llama's file, where bytes are tokens of the model and no added ones
        data = json.loads(tokenizer.to_str())
        data["added_tokens"] = [t for t in data["added_tokens"] if t["content"] not in bytes_]
        tokenizer = Tokenizer.from_str(json.dumps(data))
    return tokenizer


def case(tokenizer, text):
    plain = tokenizer.encode(text, add_special_tokens=False)
    special = tokenizer.encode(text, add_special_tokens=True)
    result = {"text": text, "ids": plain.ids, "offsets": [list(o) for o in plain.offsets],
              "decoded_keep": tokenizer.decode(plain.ids, skip_special_tokens=False),
              "decoded_skip": tokenizer.decode(plain.ids, skip_special_tokens=True)}
    if special.ids != plain.ids:
        result["ids_with_special"] = special.ids
        result["decoded_with_special_keep"] = tokenizer.decode(special.ids, skip_special_tokens=False)
        result["decoded_with_special_skip"] = tokenizer.decode(special.ids, skip_special_tokens=True)
    return result


def main():
    rows = [json.loads(line)["question"] for line in open(sys.argv[1], encoding="utf-8")][:300]
    out = Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 24
    for name, parts in VARIANTS.items():
        tokenizer = build(parts, rows)
        rng = random.Random(name)
        cases = [case(tokenizer, text) for text in texts(rng, rows, count)]
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        compact = dict(ensure_ascii=False, separators=(",", ":"))
        (folder / "tokenizer.json").write_text(json.dumps(json.loads(tokenizer.to_str()), **compact) + "\n", "utf-8")
        lines = ",\n".join(json.dumps(c, ensure_ascii=True, separators=(",", ":")) for c in cases)
        (folder / "cases.json").write_text('{"cases":[\n' + lines + '\n],"decode_cases":[]}\n', "utf-8")


main()
