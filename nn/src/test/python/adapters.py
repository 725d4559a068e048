"""Makes the golden figures of src/test/resources/golden/adapters: adapters of PEFT of every kind on the tiny models of
families, each with its logits, loss, gradients, and five steps of torch's AdamW.

Needs torch 2.15, transformers 5.23 and PEFT 0.21, and what families.py made.
Usage: python adapters.py ../resources/golden [name ...]
"""
import json
import pathlib
import shutil
import sys
import warnings

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file

sys.argv, ARGUMENTS = [sys.argv[0], "."], sys.argv
import families

GOLDEN = pathlib.Path(ARGUMENTS[1])
OUT = GOLDEN / "adapters"
ATTENTION = ["q_proj", "v_proj", "o_proj"]
STEPS = 5


def cases():
    yield "names", "llama-linear", dict(target_modules=ATTENTION)
    yield "dora", "llama-linear", dict(target_modules="all-linear", use_dora=True)
    yield "dora-dropout", "llama-linear", dict(target_modules=["gate_proj", "v_proj"], use_dora=True, lora_dropout=0.25)
    yield "patterns", "llama-linear", dict(
        target_modules="all-linear", use_rslora=True, exclude_modules=r".*\.0\.mlp\.(?P<which>up|down)_proj",
        rank_pattern={r"layers\.\d+\.self_attn\.q_proj": 2, "v_proj": 5}, alpha_pattern={"[kv]_proj": 7})
    yield "layers", "llama-linear", dict(target_modules=["q_proj", "down_proj", "model.layers.0.self_attn.k_proj"],
                                         layers_to_transform=[1], layers_pattern="layers")
    yield "regex", "llama-linear", dict(target_modules=r".*\.(q|k|up)_proj", exclude_modules=["layers.1.mlp.up_proj"])
    yield "pissa", "llama-linear", dict(target_modules="all-linear", init_lora_weights="pissa")
    yield "pissa-dora", "llama-linear", dict(target_modules=["k_proj", "down_proj", "lm_head"], use_dora=True,
                                             init_lora_weights="pissa")
    yield "embedding", "llama-linear", dict(target_modules=["q_proj", "embed_tokens", "lm_head"])
    yield "embedding-dora", "llama-linear", dict(target_modules=["q_proj", "embed_tokens", "lm_head"], use_dora=True)
    yield "embedding-path", "llama-linear", dict(target_modules=["model.embed_tokens", "o_proj"])
    yield "embedding-padding", "llama-padding", dict(target_modules=["q_proj", "embed_tokens"])
    yield "saved", "llama-linear", dict(target_modules=["q_proj", "mlp.up_proj"], modules_to_save=["norm", "lm_head"])
    yield "saved-part", "llama-linear", dict(target_modules="all-linear",
                                             modules_to_save=["embed_tokens", "layers.1.mlp"])
    yield "tied-head", "llama3", dict(target_modules=["v_proj", "lm_head"])
    yield "tied-head-dora", "llama3", dict(target_modules=["v_proj", "lm_head"], use_dora=True)
    yield "tied-both", "llama3", dict(target_modules=["embed_tokens", "lm_head"])
    yield "tied-kept", "llama3", dict(target_modules=["v_proj", "lm_head"], ensure_weight_tying=True)
    yield "tied-saved-head", "llama3", dict(target_modules=["v_proj"], modules_to_save=["lm_head"])
    yield "tied-saved-embedding", "llama3", dict(target_modules=["v_proj"], modules_to_save=["embed_tokens"])
    yield "tied-saved-both", "llama3", dict(target_modules=["v_proj"], modules_to_save=["embed_tokens", "lm_head"])
    yield "tied-saved-kept", "llama3", dict(target_modules=["v_proj"], modules_to_save=["lm_head"],
                                            ensure_weight_tying=True)
    yield "gpt2-dora", "gpt2", dict(target_modules="all-linear", use_dora=True)
    yield "gpt2-embeddings", "gpt2", dict(target_modules=["c_attn", "wte", "wpe"], layers_to_transform=0)
    yield "gpt2-tables-dora", "gpt2", dict(target_modules=["transformer.wpe", "transformer.wte", "mlp.c_proj"],
                                           use_dora=True)
    yield "gpt2-pissa", "gpt2", dict(target_modules=["c_attn", "c_fc"], init_lora_weights="pissa")
    yield "gpt2-saved", "gpt2", dict(target_modules=["c_fc"], modules_to_save=["wpe", "ln_f", "h.1.attn.c_proj", "h.0.ln_2"])
    yield "phi3-dora", "phi3", dict(target_modules="all-linear", use_dora=True)
    yield "phi3-fused", "phi3", dict(target_modules=["qkv_proj", "gate_up_proj"], rank_pattern={"qkv_proj": 4},
                                     use_rslora=True)
    yield "phi-head", "phi", dict(target_modules=["dense", "lm_head"], use_dora=True)
    yield "phi-head-plain", "phi", dict(target_modules=["fc1", "lm_head"])
    yield "gemma2-both", "gemma2", dict(target_modules=["embed_tokens", "lm_head", "o_proj"])
    yield "gemma2-both-dora", "gemma2", dict(target_modules=["embed_tokens", "lm_head", "o_proj"], use_dora=True)


def adapted_model(base, config):
    model = transformers.AutoModelForCausalLM.from_pretrained(GOLDEN / "families" / base, dtype=torch.float32,
                                                              attn_implementation="eager")
    config = peft.LoraConfig(**dict(r=3, lora_alpha=5, task_type="CAUSAL_LM") | config)
    svd = torch.linalg.svd
    torch.linalg.svd = lambda weight, **options: svd(weight.double(), **options)  # PiSSA's
    try:
        return peft.get_peft_model(model, config).float().eval()
    finally:
        torch.linalg.svd = svd


def trained(model):
    """The parameters that train; those of a tied adapter are two views of one memory."""
    return {key: p for key, p in model.named_parameters() if p.requires_grad}


def disturb(model, random, from_pissa):
    """Values that training might have led to; all are F32."""
    seen = set()
    with torch.no_grad():
        for key, p in trained(model).items():
            if p.data_ptr() in seen:
                continue
            seen.add(p.data_ptr())
            noise = torch.randn(p.shape, generator=random)
            if "lora_magnitude" in key:
                p.mul_(1 + 0.1 * noise)
            elif "lora_" in key and not (from_pissa and "embedding" not in key):
                p.copy_(noise * (0.3 if "B" in key.split("lora_")[1] else 0.2))
            else:
                p.add_(0.05 * noise)


def saved_key(key):
    key = key.replace(".modules_to_save.default", "").replace(".default", "")
    return key.removesuffix(".weight") if "lora_magnitude" in key else key


def mean_loss(model, rows, labels, count):
    total = 0
    for row, label in zip(rows, labels):
        logits = families.logits_of(model, row)[:-1].log_softmax(-1)
        at = label[0, 1:] != -100
        total = total - logits.gather(-1, row[0, 1:, None])[at].sum()
    return total / count


def make(name, base, config):
    torch.manual_seed(sum(map(ord, name)))
    random = torch.Generator().manual_seed(len(name))
    given = json.loads((GOLDEN / "families" / base / "cases.json").read_text())
    lengths = [sum(mask) for mask in given["attention_mask"]]
    rows = [torch.tensor([ids[:n]]) for ids, n in zip(given["input_ids"], lengths)]
    labels = [torch.tensor([ids[:n]]) for ids, n in zip(given["labels"], lengths)]
    count = given["num_targets"]
    model = adapted_model(base, config)
    disturb(model, random, "pissa" in str(config.get("init_lora_weights")))
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    save(model, folder / "adapter", base)
    figures = {}
    with families.computing_in_f64():
        model = model.double()
        with torch.no_grad():
            logits = [families.logits_of(model, row) for row in rows]
        loss = mean_loss(model, rows, labels, count)
        loss.backward()
        for key, p in trained(model).items():
            figures["grad." + saved_key(key)] = p.grad.float()
        optimizer = torch.optim.AdamW(trained(model).values(), lr=1e-2, betas=(0.9, 0.999), eps=1e-8,
                                      weight_decay=0.01)
        losses = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            step = mean_loss(model, rows, labels, count)
            step.backward()
            losses.append(float(step))
            optimizer.step()
        for key, p in trained(model).items():
            figures["after." + saved_key(key)] = p.detach().float().clone()
        after = float(mean_loss(model, rows, labels, count))
    save_file({key: value.contiguous() for key, value in figures.items()}, folder / "figures.safetensors")
    (folder / "cases.json").write_text(json.dumps(dict(
        note="transformers 5, PEFT 0.21.2, fp64 but for the rotary frequencies and what PiSSA leaves of a weight",
        base=base, loss=float(loss), step_losses=losses, loss_after=after,
        logits=[[families.numbers(token) for token in row[-3:]] for row in logits]), separators=(",", ":")))
    print(f"{name:24} {float(loss):.6f} -> {after:.6f}  {len(figures) // 2} parameters")


def save(model, folder, base):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save_pretrained(folder)
    (folder / "README.md").unlink()
    file = folder / "adapter_config.json"
    described = json.loads(file.read_text()) | dict(base_model_name_or_path=f"../../../families/{base}")
    file.write_text(json.dumps(described, indent=1))


if __name__ == "__main__":
    torch.set_num_threads(1)
    for case, model_name, options in cases():
        if not ARGUMENTS[2:] or case in ARGUMENTS[2:]:
            make(case, model_name, options)
