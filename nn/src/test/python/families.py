"""Makes the golden figures of src/test/resources/golden/families: a tiny random model of each family, its logits,
loss, gradients, greedy tokens, and a PEFT adapter with its logits.

Needs torch 2.15, transformers 5.23 and PEFT 0.21. Usage: python families.py ../resources/golden/families [name ...]
"""
import contextlib
import json
import pathlib
import sys

import peft
import torch
import transformers
from safetensors.torch import save_file
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

OUT = pathlib.Path(sys.argv[1])
SIZES = dict(vocab_size=41, hidden_size=20, intermediate_size=22, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.25, bos_token_id=1,
             eos_token_id=2, pad_token_id=0, attn_implementation="eager")
YARN = dict(rope_type="yarn", rope_theta=500.0, factor=4.0, original_max_position_embeddings=8)
DYNAMIC = dict(rope_type="dynamic", rope_theta=300.0, factor=4.0)
LLAMA3 = dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=16)
PADDING = 11  # a token of the rows: no lookup trains its embedding
LONG = dict(rope_type="longrope", short_factor=[1.0, 1.25], long_factor=[1.5, 3.0])


def cases():
    t = transformers
    yield "llama-linear", t.LlamaConfig(**SIZES | dict(hidden_size=24),
                                        rope_parameters=dict(rope_type="linear", rope_theta=300.0, factor=2.5))
    yield "llama-dynamic", t.LlamaConfig(**SIZES | dict(max_position_embeddings=10), head_dim=6, rope_parameters=DYNAMIC)
    yield "llama3", t.LlamaConfig(**SIZES, head_dim=6, tie_word_embeddings=True, rope_parameters=LLAMA3)
    yield "llama-yarn", t.LlamaConfig(**SIZES, head_dim=6, rope_parameters=YARN)
    yield "llama-padding", t.LlamaConfig(**SIZES | dict(pad_token_id=PADDING), head_dim=6, tie_word_embeddings=True)
    yield "mistral", t.MistralConfig(**SIZES, head_dim=6, sliding_window=5)
    yield "qwen2", t.Qwen2Config(**SIZES | dict(num_key_value_heads=1, hidden_size=24),
                                 tie_word_embeddings=True)
    yield "qwen2-sliding", t.Qwen2Config(**SIZES | dict(hidden_size=24, num_hidden_layers=3), use_sliding_window=True,
                                         sliding_window=4, max_window_layers=1)
    yield "qwen3", t.Qwen3Config(**SIZES, head_dim=8, tie_word_embeddings=True)
    yield "smollm3", t.SmolLM3Config(**SIZES | dict(num_hidden_layers=3, hidden_size=24), no_rope_layer_interval=2)
    yield "gpt2", t.GPT2Config(vocab_size=41, n_embd=20, n_layer=2, n_head=5, n_positions=40, initializer_range=0.25,
                               bos_token_id=1, eos_token_id=2, attn_implementation="eager")
    yield "gpt2-layer-scale", t.GPT2Config(vocab_size=41, n_embd=15, n_layer=3, n_head=3, n_positions=40, n_inner=17,
                                           initializer_range=0.25, bos_token_id=1, eos_token_id=2,
                                           scale_attn_by_inverse_layer_idx=True, attn_implementation="eager")
    yield "phi", t.PhiConfig(**SIZES | dict(hidden_size=32, num_key_value_heads=4),
                             rope_parameters=dict(rope_type="default", rope_theta=300.0, partial_rotary_factor=0.5))
    yield "phi-norms", t.PhiConfig(**SIZES | dict(hidden_size=40, num_key_value_heads=2), qk_layernorm=True,
                                   hidden_act="gelu",
                                   rope_parameters=dict(rope_type="default", rope_theta=300.0, partial_rotary_factor=0.4))
    yield "phi3", t.Phi3Config(**SIZES | dict(hidden_size=24), sliding_window=6)
    yield "phi3-long", t.Phi3Config(**SIZES | dict(hidden_size=32), original_max_position_embeddings=16,
                                    rope_parameters=LONG | dict(rope_theta=300.0, partial_rotary_factor=0.5))
    yield "gemma2", t.Gemma2Config(**SIZES | dict(num_hidden_layers=3), head_dim=6, sliding_window=4,
                                   query_pre_attn_scalar=5, attn_logit_softcapping=2.0, final_logit_softcapping=3.0)
    yield "gemma3", t.Gemma3TextConfig(**SIZES | dict(num_hidden_layers=3), head_dim=6, sliding_window=4,
                                       query_pre_attn_scalar=7,
                                       layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                                       rope_parameters=dict(
                                           sliding_attention=dict(rope_type="default", rope_theta=100.0),
                                           full_attention=dict(rope_type="linear", factor=4.0, rope_theta=1000.0)))


@contextlib.contextmanager
def computing_in_f64():
    """transformers casts angles, norms and softmax to F32 even in an F64 model; only the rotary frequencies are to keep
    F32. Frequencies that are computed while a model runs are so by .to(float32) from integers, and stay as they are."""
    to, to_float, softmax = torch.Tensor.to, torch.Tensor.float, torch.nn.functional.softmax

    def to_f64(self, *args, **kwargs):
        wanted = kwargs.get("dtype", next((a for a in args if isinstance(a, torch.dtype)), None))
        return self if self.dtype == torch.float64 and wanted == torch.float32 else to(self, *args, **kwargs)

    torch.Tensor.to = to_f64
    torch.Tensor.float = torch.Tensor.double
    torch.nn.functional.softmax = lambda x, *args, **kwargs: softmax(
        x, *args, **{k: v for k, v in kwargs.items() if k != "dtype"})
    try:
        yield
    finally:
        torch.Tensor.to, torch.Tensor.float, torch.nn.functional.softmax = to, to_float, softmax


def numbers(tensor):
    return [round(float(x), 7) for x in tensor.flatten()]


def random_model(config):
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key or "ln_" in key or key.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.2)
    rope = getattr(config, "rope_parameters", None) or {}
    if rope.get("rope_type") == "longrope":  # else it is computed, in F64, when the first long row comes
        frequencies = ROPE_INIT_FUNCTIONS["longrope"](config, None, seq_len=config.original_max_position_embeddings + 1)
        model.model.rotary_emb.long_inv_freq = frequencies[0].double()
    return model


def logits_of(model, row):
    """Of a row by itself: dynamic frequencies would remember the longest row before it."""
    for module in model.modules():
        if getattr(module, "rope_type", None) == "dynamic":
            module.max_seq_len_cached = module.original_max_seq_len
            module.register_buffer("inv_freq", module.original_inv_freq, persistent=False)
    return model(row, use_cache=False).logits[0]


def supervised(model, rows, labels):
    logits, chosen = [], []
    for row, label in zip(rows, labels):
        found = logits_of(model, row)
        logits.append(found)
        at = label[0, 1:] != -100
        chosen.append(torch.where(at, found[:-1].log_softmax(-1).gather(-1, row[0, 1:, None])[:, 0], torch.nan))
    return logits, chosen


def continued(model, prompt, count):
    settings = transformers.GenerationConfig(do_sample=False, max_new_tokens=count, pad_token_id=0)
    model.generation_config.eos_token_id = None
    return model.generate(prompt[None], settings)[0, len(prompt):].tolist()


def make(name, config, dtype=torch.float32):
    torch.manual_seed(sum(map(ord, name)))
    random = torch.Generator().manual_seed(7)
    rows = [torch.randint(3, 41, (1, n), generator=random) for n in (19, 11)]
    labels = [row.clone() for row in rows]
    labels[0][0, :6] = -100
    labels[1][0, 3:5] = -100
    model = random_model(config)
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype).float()
    folder = OUT / name
    model.save_pretrained(folder, state_dict={key: value.to(dtype) for key, value in model.state_dict().items()})
    (folder / "generation_config.json").unlink()
    with computing_in_f64():
        written = figures(model.double(), rows, labels, folder)
        adapted = peft.get_peft_model(model, peft.LoraConfig(r=3, lora_alpha=5, target_modules="all-linear",
                                                             task_type="CAUSAL_LM")).double().eval()
        written |= adapter_figures(adapted, rows, random)
    adapted.float().save_pretrained(folder / "adapter")
    (folder / "adapter/README.md").unlink()
    described = json.loads((folder / "adapter/adapter_config.json").read_text()) | dict(base_model_name_or_path="..")
    (folder / "adapter/adapter_config.json").write_text(json.dumps(described, indent=2))
    (folder / "cases.json").write_text(json.dumps(written, separators=(",", ":")))
    print(name, written["loss"])


def figures(model, rows, labels, folder):
    logits, chosen = supervised(model, rows, labels)
    count = sum(int((label[0, 1:] != -100).sum()) for label in labels)
    loss = -sum(c.nansum() for c in chosen) / count
    loss.backward()
    save_file({key: p.grad.type(torch.float32) for key, p in model.named_parameters()}, folder / "grads.safetensors")
    pad = lambda row, value: row[0].tolist() + [value] * (19 - row.shape[1])
    prompt = rows[1][0, :4]
    return dict(
        note="transformers 5.23.0, PEFT 0.21.2, fp64 but for the rotary frequencies",
        input_ids=[pad(row, 0) for row in rows], attention_mask=[pad(torch.ones_like(row), 0) for row in rows],
        labels=[pad(label, -100) for label in labels], num_targets=count, loss=float(loss),
        logits=[[numbers(token) for token in row] for row in logits],
        target_logprobs=[[None if x.isnan() else round(float(x), 7) for x in row] for row in chosen],
        grad_norms={key: float(p.grad.norm()) for key, p in model.named_parameters()},
        greedy=dict(prompt_ids=prompt.tolist(), new_ids=continued(model, prompt, 14)))


def adapter_figures(adapted, rows, random):
    with torch.no_grad():
        for key, parameter in adapted.named_parameters():
            if "lora_" in key:
                parameter.copy_(torch.randn(parameter.shape, generator=random) * (0.3 if "lora_B" in key else 0.2))
    found = [logits_of(adapted, row) for row in rows]
    loss = -sum(found[r].log_softmax(-1)[:-1].gather(-1, rows[r][0, 1:, None]).sum() for r in range(2))
    loss.backward()
    return dict(lora_logits=[numbers(row[-1]) for row in found], lora_loss=float(loss),
                lora_grad_norms={key.removeprefix("base_model.model.").replace(".default", ""): float(p.grad.norm())
                                 for key, p in adapted.named_parameters() if "lora_" in key})


if __name__ == "__main__":
    torch.set_num_threads(1)
    for case, configuration in cases():
        if not sys.argv[2:] or case in sys.argv[2:]:
            make(case, configuration)
