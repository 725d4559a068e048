"""Makes the golden figures of src/test/resources/golden that are not shared with the whole project:
rope, sampling, schedules, models/llama-biased, lora/patterns and lora/regex.

Needs torch 2.15, transformers 5.23 and PEFT 0.21. Usage: python golden.py ../resources/golden
"""
import json
import os
import pathlib
import sys

import peft
import torch
import transformers
import transformers.models.llama.modeling_llama as llama
from transformers.generation import logits_process as logits

OUT = pathlib.Path(sys.argv[1])


def dump(path, value):
    path = OUT / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, separators=(",", ":")))


def rope():
    llama3 = dict(rope_type="llama3", rope_theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
                  original_max_position_embeddings=8192)
    yarn = dict(rope_type="yarn", rope_theta=1000000.0, factor=4.0, original_max_position_embeddings=32768)
    bare = dict(rope_type="yarn", rope_theta=10000.0, factor=40.0, original_max_position_embeddings=4096, beta_fast=20.0,
                beta_slow=2.0, mscale=1.0, mscale_all_dim=0.7, truncate=False)
    cases = []
    for name, head, parameters, longest in [
        ("smollm2", 64, dict(rope_type="default", rope_theta=100000.0), 8192),
        ("llama2", 128, dict(rope_type="default", rope_theta=10000.0), 4096),
        ("odd theta", 10, dict(rope_type="default", rope_theta=12345.678), 512),
        ("linear", 32, dict(rope_type="linear", rope_theta=10000.0, factor=2.5), 4096),
        ("llama3", 64, llama3, 131072),
        ("llama3 in a short context", 18, llama3 | dict(rope_theta=10000.0, factor=8.0, high_freq_factor=2.0,
                                                        original_max_position_embeddings=30), 40),
        ("yarn", 64, yarn, 131072),  # of 128, torch rounds the power of one feature to the second nearest F32
        ("yarn with all fields", 64, bare, 163840),
        ("dynamic", 32, dict(rope_type="dynamic", rope_theta=10000.0, factor=2.5), 4096),
    ]:
        trained = 1500 if name == "dynamic" else longest
        config = transformers.LlamaConfig(hidden_size=head * 2, num_attention_heads=2, head_dim=head,
                                          rope_parameters=parameters, max_position_embeddings=trained)
        embedding = llama.LlamaRotaryEmbedding(config)
        positions = [p for p in (0, 1, 7, 100, 511) if p < longest] + [longest - 1]
        cos, sin = embedding(torch.zeros(1, 1, head), torch.tensor([positions]))
        rows = lambda table: [[round(float(x), 8) for x in row[:head // 2]] for row in table[0]]
        cases.append(dict(name=name, head_dim=head, rope_parameters=parameters, positions=positions,
                          max_position_embeddings=trained,
                          inv_freq=[float(x) for x in embedding.inv_freq], cos=rows(cos), sin=rows(sin)))
    dump("rope/cases.json", dict(note="LlamaRotaryEmbedding of transformers 5.23.0, torch 2.15.0, F32", cases=cases))


def sampling():
    random = torch.Generator().manual_seed(5)
    vocabulary = 60
    settings = [(1.0, 0, 1.0, 0.0, 1.0), (0.7, 0, 1.0, 0.0, 1.0), (1.0, 5, 1.0, 0.0, 1.0), (1.0, 0, 0.8, 0.0, 1.0),
                (1.0, 0, 1.0, 0.1, 1.0), (1.0, 0, 1.0, 0.0, 1.3), (0.8, 20, 0.9, 0.05, 1.1),
                (1.5, 10, 0.5, 0.0, 0.8), (0.6, 3, 0.95, 0.2, 1.2), (1.0, 0, 0.01, 0.0, 1.0)]
    cases = []
    for i, (temperature, top_k, top_p, min_p, penalty) in enumerate(settings):
        raw = torch.randn(1, vocabulary, generator=random) * 3
        if i == 2:
            raw[0, 7] = raw[0].topk(5)[0][-1]  # a tie at the border
        seen = torch.randint(0, vocabulary, (1, 8), generator=random)
        scores = raw.clone()
        if penalty != 1:
            scores = logits.RepetitionPenaltyLogitsProcessor(penalty)(seen, scores)
        if temperature != 1:
            scores = logits.TemperatureLogitsWarper(temperature)(seen, scores)
        if top_k:
            scores = logits.TopKLogitsWarper(top_k)(seen, scores)
        if top_p < 1:
            scores = logits.TopPLogitsWarper(top_p)(seen, scores)
        if min_p:
            scores = logits.MinPLogitsWarper(min_p)(seen, scores)
        cases.append(dict(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, repetition_penalty=penalty,
                          logits=[float(x) for x in raw[0]], seen=seen[0].tolist(),
                          probabilities=[round(float(x), 9) for x in scores.double().softmax(-1)[0]]))
    dump("sampling/cases.json",
         dict(note="logits processors of transformers 5.23.0 in the order of generate()", cases=cases))


def schedules():
    cases = []
    for kind in ["constant", "linear", "cosine"]:
        for warmup in [0, 1, 7]:
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2e-4)
            if kind == "constant":
                schedule = transformers.get_constant_schedule_with_warmup(optimizer, warmup)
            else:
                make = getattr(transformers, f"get_{kind}_schedule_with_warmup")
                schedule = make(optimizer, warmup, 20)
            rates = []
            for _ in range(23):
                rates.append(schedule.get_last_lr()[0])
                optimizer.step()
                schedule.step()
            cases.append(dict(kind=kind, warmup=warmup, total=20, peak=2e-4, lr=rates))
    dump("schedules/cases.json", dict(note="transformers 5.23.0", cases=cases))


def compute_in_f64():
    """transformers casts angles and norms to F32 even in an F64 model; only the frequencies are to keep F32."""
    def rope_forward(self, x, position_ids):
        angles = position_ids[..., None].double() * self.inv_freq.double()
        angles = torch.cat((angles, angles), -1)
        return angles.cos(), angles.sin()

    def norm_forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))

    llama.LlamaRotaryEmbedding.forward = rope_forward
    llama.LlamaRMSNorm.forward = norm_forward


def biased_llama():
    torch.manual_seed(3)
    scaling = dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=32)
    config = transformers.LlamaConfig(
        vocab_size=40, hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=6, max_position_embeddings=256, attention_bias=True, mlp_bias=True,
        tie_word_embeddings=True, initializer_range=0.3, bos_token_id=1, eos_token_id=[2, 3],
        rope_parameters=scaling)
    model = transformers.LlamaForCausalLM(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias") or "norm" in name:
                parameter.add_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(OUT / "models/llama-biased")
    os.remove(OUT / "models/llama-biased/generation_config.json")
    model.double()
    ids = torch.randint(0, 40, (1, 60))
    found = model(ids).logits
    loss = -found.log_softmax(-1)[0, :-1].gather(-1, ids[0, 1:, None]).sum()
    loss.backward()
    dump("models/llama-biased/cases.json",
         dict(note="fp64, F32 inv_freq; loss = sum of the NLL of tokens 1..59", ids=ids[0].tolist(),
              last_logits=found[0, -1].tolist(), loss=loss.item(),
              grad_norms={name: p.grad.norm().item() for name, p in model.named_parameters()}))


def adapters():
    ids = torch.tensor([[1, 14, 44, 84, 51, 9, 112, 74, 62, 109, 101, 107, 47]])
    configs = dict(
        patterns=peft.LoraConfig(
            r=4, lora_alpha=8, target_modules=["q_proj", "layers.1.mlp.down_proj"], lora_dropout=0.1,
            rank_pattern={"layers.1.self_attn.q_proj": 2, "down_proj": 3},
            alpha_pattern={"0.self_attn.q_proj": 5.5}, task_type="CAUSAL_LM"),
        regex=peft.LoraConfig(
            r=3, lora_alpha=6, target_modules=r".*\.0\.(self_attn|mlp)\.(v|up)_proj", use_rslora=True,
            init_lora_weights="gaussian", task_type="CAUSAL_LM"))
    for name, config in configs.items():
        torch.manual_seed(11)
        base = transformers.LlamaForCausalLM.from_pretrained(OUT / "models/llama", dtype=torch.float32)
        model = peft.get_peft_model(base, config)
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                if "lora_B" in key:
                    parameter.normal_(0, 0.3)
        folder = OUT / "lora" / name
        model.save_pretrained(folder)
        (folder / "README.md").unlink()
        written = json.loads((folder / "adapter_config.json").read_text())
        written["base_model_name_or_path"] = "../../models/llama"
        (folder / "adapter_config.json").write_text(json.dumps(written, indent=2))
        found = model.eval().double()(ids).logits[0, -1]
        dump(f"lora/{name}/cases.json",
             dict(note="PEFT 0.21.2, fp64", ids=ids[0].tolist(), last_logits=found.tolist()))


if __name__ == "__main__":
    torch.set_num_threads(1)
    rope()
    sampling()
    schedules()
    compute_in_f64()
    biased_llama()
    adapters()
