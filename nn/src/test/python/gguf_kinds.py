"""Checks that families with tokenizers of their own kind come through `linnet convert` whole: for each a tiny random
model of transformers with a small tokenizer of the kind that the family ships (those of FamilyTokenizersTest), a chat
template, stop tokens, a temperature and an embedding of more rows than tokens goes to GGUF and back to a folder.
llama.cpp must find the ids that `tokenizers` finds, know the tokens that begin and end texts, and continue a prompt
with transformers' own greedy tokens; the folder must give transformers the same ids, chats, generation settings and greedy
tokens.

Ids differ where GGUF has no word for what a tokenizer does, and `convert` says so: NFC (qwen), a space before the first
piece alone (mistral), white space that belongs to the token before it (phi4-mini). Gemma's differ where a text spells
the visible space, and in some runs of spaces, of which llama.cpp takes the longest first.

Needs torch 2.15, transformers 5.23, gguf and llama-cpp-python 0.3.36.
Usage: python gguf_kinds.py LINNET TOKENIZER_FAMILIES_FOLDER WORK_FOLDER [case ...]
LINNET is the launcher, TOKENIZER_FAMILIES_FOLDER sft/src/test/resources/golden/tokenizers/families.
"""
import json
import pathlib
import shutil
import subprocess
import sys

import gguf
import llama_cpp
import numpy
import tokenizers
import torch
import transformers

LINNET, FAMILIES, WORK = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
WANTED = sys.argv[4:]
KNOWN = {"mistral": 37, "qwen2": 5, "qwen3": 5, "phi4-mini": 5, "gemma2": 3, "gemma3": 3}  # texts that differ, as above
COMPOSED = {"qwen2"}  # what transformers loads for it composes characters whatever the folder says
SPARE_ROWS = 5
COUNT = 24
CONTEXT = 256  # the smallest that llama.cpp starts with
CLEAR = 0.02  # between the two best tokens of every step, so that rounding decides nothing
PROMPT = "Natalia sold 48 clips in April"
CHAT = [dict(role="user", content="How many?"), dict(role="assistant", content="72"), dict(role="user", content="é?")]
TURN = "{{ bos_token or '' }}{% for m in messages %}%s{{ m['role'] }}%s{{ m['content'] }}%s\n{% endfor %}"
PROMPTED = "{% if add_generation_prompt %}%sassistant%s{% endif %}"


def template(start, middle, end):
    return TURN.replace("%s", start, 1).replace("%s", middle, 1).replace("%s", end, 1) \
        + PROMPTED.replace("%s", start, 1).replace("%s", middle, 1)


CHATML = template("<|im_start|>", "\n", "<|im_end|>")
LLAMA3 = template("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>")
GEMMA = template("<start_of_turn>", "\n", "<end_of_turn>")
INST = template("[INST] ", ": ", "[/INST]")
PHI = template("<|user|>", "\n", "<|end|>")
PLAIN = template("### ", ":\n", "\n")
SIZES = dict(hidden_size=96, intermediate_size=88, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2,
             max_position_embeddings=256, initializer_range=0.25)


def cases():
    """Name, tokenizer, configuration, beginning, end, further stop tokens, padding, template."""
    t = transformers
    yield "llama2", "llama2", t.LlamaConfig, {}, "<s>", "</s>", [], None, INST
    yield "llama3", "llama3", t.LlamaConfig, {}, "<|begin_of_text|>", "<|end_of_text|>", ["<|eot_id|>"], None, LLAMA3
    yield "smollm2", "smollm2", t.LlamaConfig, dict(tie_word_embeddings=True), "<|im_start|>", "<|im_end|>", [], \
        "<|im_end|>", CHATML
    yield "mistral", "mistral-v0.3", t.MistralConfig, {}, "<s>", "</s>", [], None, INST
    yield "mistral-tekken", "tekken", t.MistralConfig, {}, "<s>", "</s>", [], None, INST
    yield "qwen2", "qwen3", t.Qwen2Config, {}, None, "<|im_end|>", ["<|endoftext|>"], "<|endoftext|>", CHATML
    yield "qwen3", "qwen3", t.Qwen3Config, {}, None, "<|im_end|>", ["<|endoftext|>"], "<|endoftext|>", CHATML
    yield "smollm3", "smollm3", t.SmolLM3Config, dict(tie_word_embeddings=True), None, "<|im_end|>", [], "<|im_end|>", \
        CHATML
    yield "gpt2", "gpt2", t.GPT2Config, dict(n_embd=96, n_layer=3, n_head=6, n_positions=256, n_inner=160), \
        "<|endoftext|>", "<|endoftext|>", [], None, PLAIN
    yield "phi2", "phi2", t.PhiConfig, dict(num_key_value_heads=6), "<|endoftext|>", "<|endoftext|>", [], None, PLAIN
    yield "phi3", "phi3", t.Phi3Config, {}, "<s>", "<|endoftext|>", ["<|end|>"], "<|endoftext|>", PHI
    yield "phi4-mini", "phi4-mini", t.Phi3Config, dict(tie_word_embeddings=True), "<|endoftext|>", "<|endoftext|>", \
        ["<|end|>"], "<|endoftext|>", PHI
    yield "gemma2", "gemma", t.Gemma2Config, dict(head_dim=20, query_pre_attn_scalar=20), "<bos>", "<eos>", \
        ["<end_of_turn>"], "<pad>", GEMMA
    yield "gemma3", "gemma", t.Gemma3TextConfig, dict(head_dim=20, query_pre_attn_scalar=20), "<bos>", "<eos>", \
        ["<end_of_turn>"], "<pad>", GEMMA


def make(folder, tokenizer, config, more, roles, stops, chat_template, seed):
    shutil.copy(FAMILIES / tokenizer / "tokenizer.json", folder)
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {key: token for key, token in roles.items() if token} | dict(tokenizer_class="PreTrainedTokenizerFast")))
    (folder / "chat_template.jinja").write_text(chat_template)
    known = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = {key.replace("token", "token_id"): known.token_to_id(token) if token else None
           for key, token in roles.items()}
    torch.manual_seed(seed)
    sizes = {} if config is transformers.GPT2Config else SIZES
    model = transformers.AutoModelForCausalLM.from_config(
        config(**sizes | more, **ids, vocab_size=known.get_vocab_size() + SPARE_ROWS),
        attn_implementation="eager").float().eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key or "ln_" in key or key.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.2)
    model.generation_config.eos_token_id = [ids["eos_token_id"], *(known.token_to_id(stop) for stop in stops)]
    model.generation_config.update(do_sample=True, temperature=0.75)
    model.save_pretrained(folder)
    return model, known


def convert(source, target):
    done = subprocess.run([LINNET, "convert", source, target, "--dtype", "f32"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{source}: {done.stderr}")


def greedy(model, prompt):
    """The tokens, and the smallest gap between the two best at any step."""
    ids, gap = list(prompt), float("inf")
    with torch.no_grad():
        for _ in range(COUNT):
            best = model(torch.tensor([ids]), use_cache=False).logits[0, -1].topk(2)
            gap = min(gap, float(best.values[0] - best.values[1]))
            ids.append(int(best.indices[0]))
    return ids[len(prompt):], gap


def greedy_llama_cpp(model, prompt):
    model.reset()
    model.eval(prompt)
    tokens = []
    for _ in range(COUNT):
        logits = llama_cpp.llama_get_logits_ith(model.ctx, -1)
        tokens.append(int(numpy.ctypeslib.as_array(logits, shape=(model.n_vocab(),)).argmax()))
        model.eval(tokens[-1:])
    return tokens


def generation(model):
    """What ends a text, begins it and pads it, and how tokens are drawn; of the ends the order says nothing."""
    config = model.generation_config
    ends = config.eos_token_id if isinstance(config.eos_token_id, list) else [config.eos_token_id]
    return sorted(ends), config.bos_token_id, config.pad_token_id, config.do_sample, config.temperature


def check(name, tokenizer, config, more, bos, eos, stops, pad, chat_template):
    folder, path, back = WORK / name, WORK / f"{name}.gguf", WORK / f"{name}-back"
    for old in (folder, back):
        shutil.rmtree(old, ignore_errors=True)
    path.unlink(missing_ok=True)
    roles = dict(bos_token=bos, eos_token=eos, pad_token=pad)
    for seed in range(100):
        folder.mkdir(exist_ok=True)
        model, known = make(folder, tokenizer, config, more, roles, stops, chat_template, seed)
        prompt = known.encode(PROMPT).ids
        expected, gap = greedy(model, prompt)
        if gap > CLEAR:
            break
    else:
        raise SystemExit(f"{name}: no model of 100 has a clear order of tokens")
    convert(folder, path)
    convert(path, back)
    texts = [case["text"] for case in json.loads((FAMILIES / tokenizer / "cases.json").read_text())["cases"]]
    texts += [PROMPT, "".join([bos or "", "a ", eos, " b ", *stops, "c"])]
    ids = [known.encode(text).ids for text in texts]

    reader = gguf.GGUFReader(path)
    fields = {key: reader.get_field(f"tokenizer.ggml.{key}_token_id") for key in ("bos", "eos", "padding")}
    roles_found = [field and int(field.contents()) for field in fields.values()]
    roles_known = [known.token_to_id(token) if token else None for token in (bos, eos, pad)]
    llama = llama_cpp.Llama(str(path), n_ctx=CONTEXT, n_batch=64, n_threads=2, verbose=False,
                            type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32)
    vocabulary = llama_cpp.llama_model_get_vocab(llama.model)
    ends = [i for i in {known.token_to_id(stop) for stop in (eos, *stops)}
            if not llama_cpp.llama_vocab_is_eog(vocabulary, i)]
    others = [text for text, wanted in zip(texts, ids)
              if llama.tokenize(text.encode(errors="replace"), add_bos=True, special=True) != wanted]
    continued = greedy_llama_cpp(llama, prompt) == expected
    llama.close()

    again = transformers.AutoModelForCausalLM.from_pretrained(back, attn_implementation="eager").float().eval()
    before, after = (transformers.AutoTokenizer.from_pretrained(f) for f in (folder, back))
    differing = [text for text, wanted in zip(texts, ids) if after(text)["input_ids"] != wanted]
    chats = [before.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=more)
             == after.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=more) for more in (False, True)]
    row = dict(case=name, strings=len(texts), llama_cpp_ids=len(texts) - len(others), llama_cpp_tokens=continued,
               roles=roles_found == roles_known, not_ending=ends, folder_ids=len(texts) - len(differing),
               folder_tokens=greedy(again, prompt)[0] == expected, chats=all(chats),
               generation=generation(model) == generation(again), size=len(after) == len(before), gap=round(gap, 4))
    print(json.dumps(row), flush=True)
    wrong = [key for key, value in row.items() if value is False]
    known = KNOWN.get(name, 0)
    if wrong or ends or len(others) != known or len(differing) != (0 if name in COMPOSED else known):
        FAILED.append(name)
    for where, some in (("llama.cpp", others), ("folder", differing)):
        for text in some[:12]:
            print(f"  {where}: {text[:70]!r}", flush=True)


transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
FAILED = []
WORK.mkdir(parents=True, exist_ok=True)
for case in cases():
    if not WANTED or case[0] in WANTED:
        check(*case)
if FAILED:
    raise SystemExit(f"not as expected: {', '.join(FAILED)}")
