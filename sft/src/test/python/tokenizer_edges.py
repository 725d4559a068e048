"""Writes golden/tokenizers/edges.json, the cases of TokenizerEdgesTest: how the tokenizers library splits texts at
regular expressions that Java would read differently, which it refuses, what it makes of added tokens whose white space
overlaps, which white space it trims from the offsets of tokens, found or unknown, and how it normalizes texts.

usage: tokenizer_edges.py OUT.json
"""
import json
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

PATTERNS = ["^\\s", "\\s+$", ".$", ".", "(?m:.)", "(?im:a.)", "[[:space:]]+", "[^[:space:]]", "[[:punct:]]", "[[:^alpha:]]",
            "[[:alnum:]_]+", "[[:word:]]+", "\\p{Punct}", "\\w+", "[\\w]+", "\\W", "\\b\\w", "\\B.", "\\h+", "\\H+", "\\v", "\\R",
            "\\p{N}{1,3}+", "\\d{2}", "a{,2}b", "a{", "\\p{N}{1,3}", "\\p{L}++", "x*", "(?=(\\d{3})+(?!\\d))", "\\p{Letter}+",
            "\\p{Decimal_Number}", "\\p{^L}+", "\\p{Any}", "\\x{4e2d}", "\\O", "\\N+", "(?<=\\p{L})(?=\\p{N})", "[\\p{L}&&[^a-m]]+"]
PIECES = ["a", "ab", "aab", "xx", "1234567", "²", "½", "Ⅷ", " ", "  ", "\n", "\r\n", "\x0b", "\x85", "\u2028", "\u3000", "\u200d",
          "中文", "é", "e\u0301", "😀", "$", "+", "!?", "...", "_", "{", "'s", "İ", "cafe", "XYZ", "٣"]
ALPHABET = "ab \n_x"
# what the grammar of Oniguruma reads otherwise than that of Java, or Java not at all
SYNTAX = ["[]a]", "[^]a]+", "[[]a]]", "\\Qa.b\\E", "a(?i)b|c", "(?:a(?i)b|c)d", "a{2}{2}", "a{2}+", "a{2,3}+", "a{1,3}+",
          "a{2}?b", "a{3,1}b", "a{,}", "{a{b", "a**", "a*+a", "a{1}b", "(?:a+)?b", "(?:a|b){2}{1,2}", "a(?#\\)b)b",
          "(?#a)a", "[a&&]", "[^a&&]+", "[&&a]", "[a-w&&[^c-g]z]+", "[^a-w&&[^c-g]z]+", "[[:alpha:]&&[^a]]", "[[:a]]",
          "[:a:]", "[a-c-e]+", "[[a]-e]+", "[-a]", "[\\w-]+", "[a-]", "[--/]", "[!--]", "[a[^b-z]]", "[a\\&&&b]",
          "[\\b\\x41\\u0042\\x{43}\\t]", "[\\R\\X]", "]", "\\/\\-\\p\\x61\\u0062", "\\é", "\\p{Word}+", "[\\p{Word}]+",
          "\\P{Word}", "\\P{^Word}", "\\p{lu}", "\\p{ UPPER case-letter}", "\\p{latn}+", "\\p{Old_Italic}",
          "\\p{In_Basic_Latin}+", "\\p{Emoji}", "\\p{cased letter}+", "(?x)[ ]+ a # b\n", "(?x: a + b )c d",
          "(?x) [a b] (?-x: )", "(?m-i).", "(?-m).", "(?i-i:a)", "(a|b)\\1", "(?<n>a)(b)", "(?'n'a)", "(?>a|ab)c",
          "(?<=a|bc)d", "(?<!𐀀)\\p{L}", "(?<=\\w)", "(?<=\\W).", "\\P{L}|", "\\b", "\\B", "\\Z", "\\z", "\\A.", "\\G.", "\\G", "\\Ga|",
          "^", "$", "|a", "(?:|a)+b", "()a", "\\O", "\\X"]
# what stands for what in any case
FOLDED = ["(?i)ss", "(?i)ß", "(?i)s+", "(?i)sss", "(?i)[ß]", "(?i)[^ß]+", "(?i)[^s]", "(?i)s(?:s)", "(?i:s)(?i:s)",
          "(?i)ffi", "(?i)ﬀi", "(?i)i", "(?i)İ", "(?i)k", "(?i)(?<=ss).", "(?i)(?<=ß).", "(?i)[a-ß]{2}", "(?i)\\p{Lu}+",
          "(?i)[\\p{Lu}]+", "(?i)[^\\p{Ll}]", "(?i)[[:lower:]]", "(?i)'s|(?-i)t", "(?i)[a-k&&i]", "(?i)[a-z&&s]",
          "(?i:[a-zſ&&[^s]])"]
CASES = ["ß", "ẞ", "s", "S", "ſ", "ss", "SS", "ﬃ", "ﬀ", "FFI", "i", "I", "ı", "İ", "i\u0307", "k", "\u212a", "'", "t", "É",
         "ⓐ", "Ⓐ", "\u0345", "𐐀", "𐐨", " "]
# \G is where an empty match was, once more
AGAIN = ["\\Gb|(?=b)", "(?<!\\G)", "(?<!\\Ga)"]
LAST = ["a\\x", "a\\u", "b\\o"]  # letters, where nothing follows
REFUSED = ["(?s)", "(?u:a)", "(?a)", "[\\w-.]", "[[:alpha:]-z]", "[a-\\d]", "[[:nothing:]]", "[]", "[^]", "[a", "[b-a]",
           "\\p{IsAlphabetic}", "\\p{javaLetter}", "\\p{Nothing}", "\\p{Script=Latin}", "\\p{L", "^*", "(?=a)+", "\\b{2}",
           "(?:^|a)*", "a)", "(a", "(?i", "(?", "(?#a", "(?P<n>a)", "{2}", "a|*", "*", "(?i)+", "(?)", "(?<>a)",
           "(?<1>a)", "(?<!(a))b", "(?<=(?=a).)b", "(?<=(?<!a)b)c", "\\1", "(a)\\2", "(?<n>a)(b)\\1", "a{100001}", "\\", "[\\", "\\u12",
           "a{1234567890}", "(?<=\\z)a", "(?<!\\Z)a",
           "(?<!(?<n>a))b"]


def splits(rng, patterns=PATTERNS, pieces=PIECES, texts=8):
    for pattern in patterns:
        splitter = pre_tokenizers.Split(Regex(pattern), "isolated")
        for _ in range(texts):
            text = "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 9)))
            offsets = [list(offset) for _, offset in splitter.pre_tokenize_str(text)]
            yield {"pattern": pattern, "text": text, "offsets": offsets}


def syntax(rng):
    for pattern in SYNTAX:  # its own characters make it match
        yield from splits(rng, [pattern], PIECES + list(pattern) * 4, 6)
    yield from splits(rng, FOLDED, CASES, 10)
    yield from splits(rng, AGAIN, ["a", "b", "ab", "é", "😀"], 6)
    yield from splits(rng, LAST, ["a", "b", "x", "u", "o", "ax", "au", "bo", "\0"], 6)


def refused():
    for pattern in REFUSED:
        try:
            Regex(pattern)
        except Exception as error:
            yield {"pattern": pattern, "error": str(error)}
        else:
            raise AssertionError(pattern)


def tokenizer(rng):
    made = Tokenizer(models.BPE({c: i for i, c in enumerate(ALPHABET)}, [], unk_token="_"))
    if rng.random() < 0.4:
        made.normalizer = rng.choice([normalizers.Lowercase(), normalizers.Replace(" ", "_"), normalizers.Prepend("_")])
    for _ in range(rng.randrange(1, 5)):
        content = "".join(rng.choice(ALPHABET) for _ in range(rng.randrange(1, 4)))
        token = AddedToken(content, **{flag: rng.random() < 0.5 for flag in ["lstrip", "rstrip", "normalized", "special"]},
                           single_word=rng.random() < 0.2)
        (made.add_special_tokens if token.special else made.add_tokens)([token])
    return made


def normal_forms(made):
    tokens = [t for t in json.loads(made.to_str())["added_tokens"] if t["normalized"]]
    return [made.normalizer.normalize_str(t["content"]) if made.normalizer else t["content"] for t in tokens]


def overlaps(rng, change=lambda made, rng: None):
    while True:
        made = tokenizer(rng)
        change(made, rng)
        forms = normal_forms(made)
        if len(set(forms)) < len(forms):
            continue  # which of two is found depends on the order of a hash table
        cases = []
        for _ in range(6):
            text = "".join(rng.choice(ALPHABET + "  \n") for _ in range(rng.randrange(3, 10)))
            try:
                encoding = made.encode(text)
            except BaseException:  # the library panics where a token's white space was taken by the one before
                continue
            cases.append({"text": text, "ids": encoding.ids, "offsets": [list(o) for o in encoding.offsets]})
        yield {"tokenizer": json.loads(made.to_str()), "cases": cases}


def trimmed(rng):
    for made in overlaps(rng, trim):
        yield made


def trim(made, rng):
    made.post_processor = processors.ByteLevel(trim_offsets=True, add_prefix_space=rng.random() < 0.5)
    made.model = models.BPE({c: i for i, c in enumerate(ALPHABET) if c not in " \n"}, [], unk_token="_")
    made.add_tokens(["_"])


NORMALIZERS = [normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(), normalizers.NFKD(), normalizers.Lowercase(),
               normalizers.StripAccents(), normalizers.Strip(), normalizers.Nmt(), normalizers.BertNormalizer(),
               normalizers.BertNormalizer(True, False, False, False), normalizers.BertNormalizer(False, True, None, False),
               normalizers.Replace(Regex("^"), "_"), normalizers.Replace(Regex("\\A|a"), "é"), normalizers.Replace(Regex("x*"), "")]
# with unassigned and private characters, marks in an order that is not canonical, and cases of more than one letter
CHARACTERS = PIECES + ["\u0378", "\U000e0080", "\ue000", "\u00ad", "\u0000", "\ufffd", "\u200b", "\u1680", "\u0600", "\ufeff",
                       "a\u0301\u0323", "\u0344", "\u1e9b\u0323", "\u0958", "\uac01", "\u1100\u1161\u11a8", "\ufb03", "\u2460", "\u03a3",
                       "\ufdfa", "\u212b", "\u1e9e", "\u01c5", "\u0130", "\U00010400", "\U0001d54f", "\u3400", "\u9fff", "\t", "\x8f"]


def normalized(rng):
    for normalizer in NORMALIZERS:
        for _ in range(25):
            text = "".join(rng.choice(CHARACTERS) for _ in range(rng.randrange(1, 7)))
            yield {"normalizer": json.loads(normalizer.__getstate__()), "text": text,
                   "normalized": normalizer.normalize_str(text)}


def lines(cases):
    return "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]"


def main():
    rng = random.Random(5)
    made = overlaps(rng)
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        out.write('{"splits":' + lines(splits(rng)) + ',\n"overlaps":' + lines(next(made) for _ in range(60)))
        made = trimmed(rng)
        out.write(',\n"trimmed":' + lines(next(made) for _ in range(40)))
        out.write(',\n"normalized":' + lines(normalized(rng)))
        out.write(',\n"syntax":' + lines(syntax(random.Random(6))) + ',\n"refused":' + lines(refused()) + "}\n")


main()
