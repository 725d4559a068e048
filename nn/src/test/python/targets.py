"""Makes the golden figures of src/test/resources/golden/targets: which modules PEFT adapts and trains in full for many
configurations, and what Python's regular expressions match.

Needs PEFT 0.21 and what families.py made. Usage: python targets.py ../resources/golden
"""
import copy
import json
import pathlib
import re
import sys
import warnings

import peft
import transformers
from peft.tuners.lora import LoraLayer
from peft.utils.other import ModulesToSaveWrapper

GOLDEN = pathlib.Path(sys.argv[1])
LLAMA, TIED, GPT2, PHI3 = "llama-linear", "llama3", "gpt2", "phi3"

CONFIGS = [
    (LLAMA, dict(target_modules="all-linear")),
    (LLAMA, dict(target_modules="All-Linear", exclude_modules=["mlp.up_proj", "layers.0.self_attn.q_proj"])),
    (LLAMA, dict(target_modules="all-linear", exclude_modules=r".*self_attn\.[qk]_proj")),
    (LLAMA, dict(target_modules="all-linear", modules_to_save=["mlp"])),
    (LLAMA, dict(target_modules="all-linear", modules_to_save=["1.mlp"])),
    (LLAMA, dict(target_modules="all-linear", modules_to_save=["lm_head", "embed_tokens"])),
    (LLAMA, dict(target_modules=["q_proj"])),
    (LLAMA, dict(target_modules=["proj"])),
    (LLAMA, dict(target_modules=["q_proj", "nothing"])),
    (LLAMA, dict(target_modules=["self_attn.q_proj", "0.mlp.up_proj", "model.layers.1.mlp.down_proj"])),
    (LLAMA, dict(target_modules=["odel.layers.1.mlp.down_proj", "v_proj"])),
    (LLAMA, dict(target_modules=["mlp"])),
    (LLAMA, dict(target_modules=["lm_head", "embed_tokens"])),
    (LLAMA, dict(target_modules=["norm", "q_proj"])),
    (LLAMA, dict(target_modules=r".*q_proj")),
    (LLAMA, dict(target_modules=r"q_proj")),
    (LLAMA, dict(target_modules=r"model\.layers\.(?:0|1)\.self_attn\.(?P<which>q|v)_proj")),
    (LLAMA, dict(target_modules=r"(?P<a>.)odel\.layers\.\d{1,2}\.(mlp)\.\w+_proj")),
    (LLAMA, dict(target_modules=r".*\.mlp\..*_proj$")),
    (LLAMA, dict(target_modules=r".*mlp")),
    (LLAMA, dict(target_modules=r".*(lm_head|embed_tokens)")),
    (LLAMA, dict(target_modules=r"(.*_proj|lm_head)", exclude_modules=["layers.0.mlp.up_proj"])),
    (LLAMA, dict(target_modules=["q_proj", "v_proj"], layers_to_transform=[0])),
    (LLAMA, dict(target_modules=["q_proj", "v_proj"], layers_to_transform=1)),
    (LLAMA, dict(target_modules=["q_proj", "v_proj"], layers_to_transform=[0, 1, 7], layers_pattern="layers")),
    (LLAMA, dict(target_modules=["q_proj"], layers_to_transform=[0], layers_pattern=["h", "l.yers"])),
    (LLAMA, dict(target_modules=["q_proj"], layers_to_transform=[0], layers_pattern="blocks")),
    (LLAMA, dict(target_modules=["q_proj", "model.layers.1.self_attn.q_proj"], layers_to_transform=[0])),
    (LLAMA, dict(target_modules=["q_proj", "lm_head"], layers_to_transform=[1])),
    (LLAMA, dict(target_modules=["q_proj"], layers_to_transform=[])),
    (LLAMA, dict(target_modules=["q_proj"], exclude_modules=["q_proj"])),
    (LLAMA, dict(target_modules=["q_proj", "k_proj"], exclude_modules=["layers.1"])),
    (LLAMA, dict(target_modules=["q_proj"], modules_to_save=["norm"])),
    (LLAMA, dict(target_modules=["q_proj"], modules_to_save=["layernorm"])),
    (LLAMA, dict(target_modules=["q_proj"], modules_to_save=["up_proj", "nothing"])),
    (LLAMA, dict(target_modules=["q_proj", "gate_proj"], modules_to_save=["layers.0.mlp"])),
    (LLAMA, dict(target_modules=["q_proj"], modules_to_save=["model.norm"])),
    (TIED, dict(target_modules=["v_proj", "lm_head"])),
    (TIED, dict(target_modules=["v_proj", "lm_head"], ensure_weight_tying=True)),
    (TIED, dict(target_modules=["v_proj", "embed_tokens"], ensure_weight_tying=True)),
    (TIED, dict(target_modules=["v_proj"], modules_to_save=["lm_head"], ensure_weight_tying=True)),
    (TIED, dict(target_modules=["v_proj"], modules_to_save=["embed_tokens"], ensure_weight_tying=True)),
    (TIED, dict(target_modules=["v_proj"], ensure_weight_tying=True)),
    (TIED, dict(target_modules=r".*\.(v_proj|embed_tokens)", ensure_weight_tying=True)),
    (TIED, dict(target_modules=r"(.*\.)?(v_proj|embed_tokens)", ensure_weight_tying=True)),
    (TIED, dict(target_modules=["v_proj"], modules_to_save=["lm_head"])),
    (GPT2, dict(target_modules="all-linear")),
    (GPT2, dict(target_modules=["c_attn", "c_proj"])),
    (GPT2, dict(target_modules=["attn.c_proj", "wte"], layers_to_transform=[1], layers_pattern="h")),
    (GPT2, dict(target_modules=["c_fc", "wpe"], modules_to_save=["ln_1", "transformer.wte"])),
    (GPT2, dict(target_modules=["c_fc", "lm_head", "wte"])),
    (PHI3, dict(target_modules="all-linear")),
    (PHI3, dict(target_modules=["qkv_proj", "o_proj"], exclude_modules=r"model\.layers\.1\..*")),
]

PATTERNS = [r"q_proj", r".*q_proj", r"(?P<n>a+)b(?P=n)", r"[[]x[]]", r"[]a]+", r"[^]]b", r"a{,2}b", r"a{2,}", r"a{,}b", r"x{", r"a{b}",
            r"[a&&b]+", r"[a-c[d]e", r"\Aab\Z", r"a(?#note)b", r"(?i)AB", r"(a)(b)?\1", r"a.b", r"\d+\.\w*", r"(?<=a)b",
            r"a(?!c).", r"[\]\-a]+", r"(?:a|b)*c", r"a+?b", r"a++b", r"\x61b", r"\u0061b", r"[\b]", r"layers\.(0|1)\.", r"a|ab",
            r"", r"^a.*b$", r"(?s)a.b", r"(?m)^b", r"a\
b"]
TEXTS = ["", "ab", "aab", "b", "abb", "aaba", "abaa", "a.b", "a\nb", "[x]", "]a", "cb", "x{", "a{b}", "AB", "q_proj", "model.q_proj", "1.w", "a-]",
         "c", "abac", "a", "aa", "aaa", "a&b", "[e", "de", "layers.0.", "ab\n", "\b"]


def found(base, config):
    model = transformers.AutoModelForCausalLM.from_pretrained(GOLDEN / "families" / base, attn_implementation="eager")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = peft.get_peft_model(model, peft.LoraConfig(r=2, task_type="CAUSAL_LM", **config))
    except (ValueError, TypeError) as refused:
        return dict(refused=type(refused).__name__)
    prefix = "base_model.model."
    names = lambda kind: sorted(name.removeprefix(prefix) for name, module in model.named_modules()
                                if isinstance(module, kind))
    return dict(adapted=names(LoraLayer), saved=names(ModulesToSaveWrapper))


def matches(pattern, text):
    try:
        return [bool(re.fullmatch(pattern, text)), bool(re.match(pattern, text))]
    except re.error:
        return None


if __name__ == "__main__":
    cases = [dict(base=base, config=dict(peft_type="LORA", r=2, lora_alpha=8, **config), **found(base, copy.deepcopy(config)))
             for base, config in CONFIGS]
    expressions = [dict(pattern=p, results=[matches(p, t) for t in TEXTS]) for p in PATTERNS]
    (GOLDEN / "targets").mkdir(exist_ok=True)
    (GOLDEN / "targets/cases.json").write_text(json.dumps(
        dict(note="PEFT 0.21.2, Python 3", cases=cases, texts=TEXTS, expressions=expressions), indent=0))
    for case in cases:
        print(case["config"], "->", case.get("refused") or (len(case["adapted"]), len(case["saved"])))
    print([(e["pattern"], sum(r is None for r in e["results"])) for e in expressions if None in e["results"]])
