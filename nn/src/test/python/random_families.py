"""Makes random tiny models of every family, as families.py makes the golden ones: sizes, switches, kinds of rotary
embedding, storage types and spellings of config.json are drawn by a seed. FamilyErrors, beside the tests, compares them.

Needs what families.py needs. Usage: python random_families.py FOLDER [models of each family] [seed]
"""
import json
import pathlib
import random
import sys

import torch
import transformers as t

FOLDER, COUNT, SEED = pathlib.Path(sys.argv[1]), int((sys.argv[2:] or [12])[0]), int((sys.argv[3:] or [0])[0])
sys.argv = [sys.argv[0], str(FOLDER)]
import families

ACTIVATIONS = ["silu", "gelu", "gelu_new", "gelu_pytorch_tanh", "relu"]
KINDS = ["sliding_attention", "full_attention"]


class Draw(random.Random):
    def of(self, *values):
        return self.choice(values)

    def chance(self, share):
        return self.random() < share

    def rope(self, *kinds, pairs=0):
        """rope_parameters of one of the kinds; rows have 19 tokens, more than most contexts here."""
        kind = self.of(*kinds)
        drawn = dict(rope_type=kind, rope_theta=self.of(1e4, 5e5, 300.0))
        if kind in ("linear", "dynamic", "llama3", "yarn"):
            drawn["factor"] = self.of(2.0, 3.5, 8.0)
        if kind in ("llama3", "yarn"):
            drawn["original_max_position_embeddings"] = self.of(8, 12, 30)
        if kind == "llama3":
            drawn |= dict(low_freq_factor=1.0, high_freq_factor=self.of(2.0, 4.0))
        if kind == "yarn" and self.chance(0.5):
            drawn |= self.of(dict(attention_factor=1.2), dict(beta_fast=4.0, beta_slow=0.5), dict(truncate=False),
                             dict(mscale=1.0, mscale_all_dim=0.7))
        if kind == "longrope":
            drawn |= {key: [round(self.uniform(1, most), 3) for _ in range(pairs)]
                      for key, most in (("short_factor", 1.5), ("long_factor", 6))}
        return drawn

    def sizes(self, own_head=True, **more):
        heads, dim = self.of(1, 2, 3, 4, 6), self.of(4, 6, 8, 10, 16)
        own = dict(head_dim=dim) if own_head else {}
        return dict(vocab_size=self.of(41, 53, 64, 101), hidden_size=heads * (self.of(3, 5, 7, 8) if own_head else dim),
                    intermediate_size=self.of(7, 13, 22, 33, 48), num_hidden_layers=self.of(1, 2, 3),
                    num_attention_heads=heads, initializer_range=0.2, bos_token_id=1, eos_token_id=self.of(2, [2, 5]),
                    num_key_value_heads=self.of(*[k for k in range(1, heads + 1) if heads % k == 0]),
                    max_position_embeddings=64, pad_token_id=self.of(0, 9, None), rms_norm_eps=self.of(1e-5, 1e-6),
                    hidden_act=self.of(*ACTIVATIONS), attn_implementation="eager") | own | more

    def kinds(self, sizes):
        return [self.of(*KINDS) for _ in range(sizes["num_hidden_layers"])] if self.chance(0.5) else None


def drawn(r):
    """A configuration of each family."""
    some = lambda: r.chance(0.4)
    rope = r.rope("default", "linear", "dynamic", "llama3", "yarn")
    context = dict(max_position_embeddings=12) if rope["rope_type"] == "dynamic" else {}
    yield "llama", t.LlamaConfig(**r.sizes() | context, rope_parameters=rope, attention_bias=some(), mlp_bias=some(),
                                 tie_word_embeddings=some())
    yield "mistral", t.MistralConfig(**r.sizes(), rope_parameters=r.rope("default", "yarn"), tie_word_embeddings=some(),
                                     sliding_window=r.of(None, 2, 5, 4096))
    for name, family, own in (("qwen2", t.Qwen2Config, False), ("qwen3", t.Qwen3Config, True)):
        sizes = r.sizes(own_head=own) | (dict(attention_bias=some()) if own else {})
        slides = some()
        yield name, family(**sizes, rope_parameters=r.rope("default", "yarn"), tie_word_embeddings=some(),
                           use_sliding_window=slides, sliding_window=4, max_window_layers=r.of(0, 1, 28),
                           layer_types=r.kinds(sizes) if slides else None)
    sizes = r.sizes()
    yield "smollm3", t.SmolLM3Config(**sizes, rope_parameters=r.rope("default", "linear", "yarn"), mlp_bias=some(),
                                     attention_bias=some(), tie_word_embeddings=some(), no_rope_layer_interval=r.of(2, 3),
                                     use_sliding_window=some(), sliding_window=r.of(None, 3))
    heads = r.of(1, 2, 3, 5)
    yield "gpt2", t.GPT2Config(vocab_size=r.of(41, 53), n_embd=heads * r.of(3, 5, 8), n_layer=r.of(1, 2, 3), n_head=heads,
                               n_positions=40, n_inner=r.of(None, 17), activation_function=r.of(*ACTIVATIONS),
                               scale_attn_weights=not some(), scale_attn_by_inverse_layer_idx=some(),
                               tie_word_embeddings=not some(), initializer_range=0.2, bos_token_id=1, eos_token_id=2)
    share, dim = r.of((0.5, 8), (0.4, 10), (0.75, 8), (1.0, 6))
    sizes = r.sizes(own_head=False, layer_norm_eps=r.of(1e-5, 1e-6))
    yield "phi", t.PhiConfig(**sizes | dict(hidden_size=dim * sizes["num_attention_heads"]), qk_layernorm=some(),
                             rope_parameters=r.rope("default", "linear", "yarn") | dict(partial_rotary_factor=share))
    sizes = r.sizes(own_head=False)
    rope = r.rope("default", "longrope", pairs=int(dim * share) // 2) | dict(partial_rotary_factor=share)
    yield "phi3", t.Phi3Config(**sizes | dict(hidden_size=dim * sizes["num_attention_heads"]), rope_parameters=rope,
                               original_max_position_embeddings=r.of(8, 16), sliding_window=r.of(None, 5, 2047),
                               tie_word_embeddings=some())
    sizes = r.sizes(hidden_activation=r.of(*ACTIVATIONS))
    gemma = lambda: dict(layer_types=r.kinds(sizes), sliding_window=r.of(2, 4), query_pre_attn_scalar=r.of(5, 16, 144),
                         attention_bias=some(), tie_word_embeddings=not some(), final_logit_softcapping=r.of(None, 3.0))
    yield "gemma2", t.Gemma2Config(**sizes, **gemma(), rope_parameters=r.rope("default", "linear"),
                                   attn_logit_softcapping=r.of(None, 2.0, 50.0))
    yield "gemma3", t.Gemma3TextConfig(**sizes, **gemma(), sliding_window_pattern=r.of(2, 3), rope_parameters=dict(
        sliding_attention=r.rope("default"), full_attention=r.rope("default", "linear", "llama3")))


def older(config):
    """The same in the spelling of transformers 4."""
    rope = config.pop("rope_parameters", None)
    if rope and "full_attention" in rope:
        config["rope_local_base_freq"], rope = rope["sliding_attention"]["rope_theta"], rope["full_attention"]
    if rope:
        config |= {key: rope.pop(key) for key in ("rope_theta", "partial_rotary_factor") if key in rope}
        kind = rope.pop("rope_type")
        config["rope_scaling"] = None if kind == "default" else rope | dict(type=kind)
    return config | dict(torch_dtype=config.pop("dtype"))


if __name__ == "__main__":
    torch.set_num_threads(1)
    for i in range(COUNT):
        draw = Draw(SEED * 1000 + i)
        for family, configuration in drawn(draw):
            name = f"{family}-{i:03}"
            families.make(name, configuration, draw.of(torch.float32, torch.bfloat16, torch.float16))
            if draw.chance(0.5):
                file = FOLDER / name / "config.json"
                file.write_text(json.dumps(older(json.loads(file.read_text())), indent=1))
