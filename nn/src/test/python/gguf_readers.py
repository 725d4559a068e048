"""Checks that what `linnet convert` writes is read by others as it is meant: for each family a tiny random model of
transformers goes to GGUF and back; all tensors are compared, the gguf package reads the file, transformers reads the
folder, and llama.cpp continues a prompt with transformers' own greedy tokens. Adapters of PEFT go to GGUF likewise.

Needs torch 2.15, transformers 5.23, PEFT 0.21, gguf and llama-cpp-python 0.3.36.
Usage: python gguf_readers.py LINNET TOKENIZER_FOLDER WORK_FOLDER [case ...]
LINNET is the launcher, TOKENIZER_FOLDER any folder with a tokenizer.json, such as examples/models/linnet-tiny.
"""
import json
import pathlib
import shutil
import subprocess
import sys

import gguf
import llama_cpp
import numpy
import peft
import torch
import transformers
from safetensors.torch import load_file

LINNET, TOKENIZER, WORK = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
WANTED = sys.argv[4:]
VOCABULARY = len(transformers.AutoTokenizer.from_pretrained(TOKENIZER))
ROWS = VOCABULARY + 5  # of the embedding: some models have more than tokens
SIZES = dict(vocab_size=ROWS, hidden_size=96, intermediate_size=88, num_hidden_layers=5, num_attention_heads=6,
             num_key_value_heads=2, max_position_embeddings=256, initializer_range=0.25, bos_token_id=0,
             eos_token_id=0, pad_token_id=0)
PROMPT = [5 + (i * i * 7) % (VOCABULARY - 9) for i in range(23)]
COUNT = 24
CONTEXT = 256  # the smallest that llama.cpp starts with
CLEAR = 0.02  # between the two best tokens of every step, so that rounding decides nothing
LINEAR = dict(rope_type="linear", rope_theta=300.0, factor=2.5)
YARN = dict(rope_type="yarn", rope_theta=500.0, factor=4.0, original_max_position_embeddings=16)
LLAMA3 = dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)
LONG = dict(rope_type="longrope", rope_theta=300.0, short_factor=[1.0, 1.25, 1.5, 2.0], partial_rotary_factor=0.5,
            long_factor=[1.5, 3.0, 3.5, 4.0])


def sizes(**changes):
    return SIZES | changes


def cases():
    t = transformers
    yield "llama", t.LlamaConfig(**sizes(), head_dim=20)
    yield "llama-tied-biased", t.LlamaConfig(**sizes(), tie_word_embeddings=True, attention_bias=True, mlp_bias=True)
    yield "llama-linear", t.LlamaConfig(**sizes(), rope_parameters=LINEAR)
    yield "llama3", t.LlamaConfig(**sizes(), tie_word_embeddings=True, rope_parameters=LLAMA3)
    yield "llama-yarn", t.LlamaConfig(**sizes(), rope_parameters=YARN)
    yield "llama-yarn-factor", t.LlamaConfig(**sizes(), rope_parameters=YARN | dict(attention_factor=0.75))
    yield "mistral", t.MistralConfig(**sizes(), head_dim=12, sliding_window=None)
    yield "mistral-window", t.MistralConfig(**sizes(), sliding_window=64)
    yield "qwen2", t.Qwen2Config(**sizes(num_key_value_heads=3), tie_word_embeddings=True)
    yield "qwen2-window", t.Qwen2Config(**sizes(), use_sliding_window=True, sliding_window=64, max_window_layers=2)
    yield "qwen3", t.Qwen3Config(**sizes(), head_dim=24, tie_word_embeddings=True)
    yield "smollm3", t.SmolLM3Config(**sizes(), tie_word_embeddings=True)
    yield "smollm3-yarn", t.SmolLM3Config(**sizes(), rope_parameters=YARN)
    yield "gpt2", t.GPT2Config(vocab_size=ROWS, n_embd=96, n_layer=3, n_head=6, n_positions=128, n_inner=160,
                               initializer_range=0.25, bos_token_id=0, eos_token_id=0)
    yield "phi", t.PhiConfig(**sizes(num_key_value_heads=6),
                             rope_parameters=dict(rope_type="default", rope_theta=300.0, partial_rotary_factor=0.5))
    yield "phi3", t.Phi3Config(**sizes(), sliding_window=200)
    yield "phi3-long", t.Phi3Config(**sizes(max_position_embeddings=512), tie_word_embeddings=True,
                                    original_max_position_embeddings=CONTEXT, rope_parameters=LONG)
    yield "phi3-longer", t.Phi3Config(**sizes(), original_max_position_embeddings=16, rope_parameters=LONG)
    yield "gemma2", t.Gemma2Config(**sizes(), head_dim=20, sliding_window=9, query_pre_attn_scalar=20,
                                   attn_logit_softcapping=5.0, final_logit_softcapping=7.0)
    yield "gemma3", t.Gemma3TextConfig(**sizes(num_hidden_layers=7), head_dim=20, sliding_window=9,
                                       query_pre_attn_scalar=20, rope_parameters=dict(
                                           sliding_attention=dict(rope_type="default", rope_theta=100.0),
                                           full_attention=dict(rope_type="linear", factor=4.0, rope_theta=1000.0)))
    yield "gemma3-layers", t.Gemma3TextConfig(**sizes(num_hidden_layers=3), head_dim=16, sliding_window=9,
                                              query_pre_attn_scalar=16, tie_word_embeddings=False, layer_types=[
                                                  "full_attention", "sliding_attention", "full_attention"])


def make(config, folder, seed):
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key or "ln_" in key or key.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(folder)
    for file in TOKENIZER.glob("*token*"):
        shutil.copy(file, folder)
    shutil.copy(TOKENIZER / "chat_template.jinja", folder)
    return model


def convert(source, target, *options):
    done = subprocess.run([LINNET, "convert", source, target, *options], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{source}: {done.stderr}")
    return [line for line in done.stdout.splitlines() if line.startswith("notice")]


def greedy(model):
    """The tokens, and the smallest gap between the two best at any step."""
    ids, gap = list(PROMPT), float("inf")
    with torch.no_grad():
        for _ in range(COUNT):
            best = model(torch.tensor([ids]), use_cache=False).logits[0, -1].topk(2)
            gap = min(gap, float(best.values[0] - best.values[1]))
            ids.append(int(best.indices[0]))
    return ids[len(PROMPT):], gap


def greedy_llama_cpp(path, adapter=None):
    model = llama_cpp.Llama(str(path), n_ctx=CONTEXT, n_batch=64, n_threads=2, verbose=False, type_k=llama_cpp.GGML_TYPE_F32,
                            type_v=llama_cpp.GGML_TYPE_F32, lora_path=adapter and str(adapter))
    model.eval(PROMPT)
    tokens = []
    for _ in range(COUNT):
        logits = llama_cpp.llama_get_logits_ith(model.ctx, -1)
        tokens.append(int(numpy.ctypeslib.as_array(logits, shape=(model.n_vocab(),)).argmax()))
        model.eval(tokens[-1:])
    model.close()
    return tokens


def largest_difference(before, after):
    """Between tensors of the same names; norms to which one is added lose what F32 cannot hold."""
    drop = ("lm_head.weight",)
    old = {k: v for f in before.glob("*.safetensors") for k, v in load_file(f).items()}
    new = {k: v for f in after.glob("*.safetensors") for k, v in load_file(f).items()}
    old = {k: v for k, v in old.items() if k in new or k not in drop}
    assert old.keys() == new.keys(), (before, old.keys() ^ new.keys())
    return max(float((old[k] - new[k]).abs().max()) for k in old)


def check(name, config):
    label = name.replace("phi3", "third-phi")  # llama.cpp looks for Phi-3's tokens in models of that name
    folder, path, back = WORK / label, WORK / f"{label}.gguf", WORK / f"{label}-back"
    for old in (folder, back):
        shutil.rmtree(old, ignore_errors=True)
    path.unlink(missing_ok=True)
    for seed in range(100):
        model = make(config, folder, seed)
        expected, gap = greedy(model)
        if gap > CLEAR:
            break
    notices = convert(folder, path, "--dtype", "f32")
    convert(path, back, "--dtype", "f32")
    reader = gguf.GGUFReader(path)
    names = gguf.get_tensor_name_map(
        next(a for a, n in gguf.MODEL_ARCH_NAMES.items()
             if n == reader.get_field("general.architecture").contents()), 64)
    for key in load_file(next(folder.glob("*.safetensors"))):
        mapped = names.get_name(key, try_suffixes=(".weight", ".bias"))
        assert any(t.name == mapped for t in reader.tensors), (key, mapped)
    again = transformers.AutoModelForCausalLM.from_pretrained(back, attn_implementation="eager").float().eval()
    row = dict(case=name, tensors=len(reader.tensors), difference=largest_difference(folder, back), gap=round(gap, 4),
               transformers=greedy(again)[0] == expected, llama_cpp=greedy_llama_cpp(path) == expected)
    row |= check_adapter(name, model, folder, path)
    print(json.dumps(row), *notices, flush=True)


def check_adapter(name, model, folder, base):
    adapter, path = WORK / f"{name}-adapter", WORK / f"{name}-adapter.gguf"
    path.unlink(missing_ok=True)
    shutil.rmtree(adapter, ignore_errors=True)
    patterns = {} if name.startswith(("gpt2", "phi")) else dict(rank_pattern={"q_proj": 5}, alpha_pattern={"v_proj": 3})
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, lora_alpha=6, target_modules="all-linear",
                                                         use_rslora="qwen" in name, **patterns)).eval()
    for seed in range(100):
        torch.manual_seed(seed)
        with torch.no_grad():
            for key, parameter in adapted.named_parameters():
                if "lora_B" in key:
                    parameter.copy_(torch.randn_like(parameter) * 0.1)
        expected, gap = greedy(adapted)
        if gap > CLEAR:
            break
    adapted.save_pretrained(adapter)
    convert(adapter, path, "--base", folder)
    return dict(adapter=greedy_llama_cpp(base, path) == expected, adapter_gap=round(gap, 4))


transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
WORK.mkdir(parents=True, exist_ok=True)
for case, settings in cases():
    if not WANTED or case in WANTED:
        check(case, settings)
