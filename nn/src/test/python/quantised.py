"""Makes src/test/resources/golden/quantised: what the golden families compute with projections that bitsandbytes
has quantised and dequantised on the CPU, without and with their adapters.

Needs what families.py needs, and bitsandbytes 0.50. Usage: python quantised.py ../resources/golden/families
../resources/golden/quantised
"""
import json
import pathlib
import sys

import peft
import torch
import transformers
from bitsandbytes import functional
from safetensors.torch import load_file, save_file
from transformers.pytorch_utils import Conv1D

FAMILIES, OUT = map(pathlib.Path, sys.argv[1:3])
sys.argv = [sys.argv[0], str(FAMILIES)]
from families import adapter_figures, computing_in_f64, logits_of, numbers, supervised  # noqa: E402

NAMES = ["llama3", "mistral", "gpt2", "phi3", "qwen3", "gemma2"]


def nf4(weight):
    """The product is written out: the CPU library (0.50.2, AVX-512) takes scales of other blocks where the length of a
    row is a multiple of 16 but not of 64."""
    packed, state = functional.quantize_4bit(weight.contiguous(), quant_type="nf4", compress_statistics=True)
    scales = functional.dequantize_blockwise(state.absmax, state.state2) + state.offset
    codes = torch.stack([packed.flatten() >> 4, packed.flatten() & 15], 1).flatten()[:weight.numel()].long()
    return (state.code[codes] * scales.repeat_interleave(64)[:weight.numel()]).view(weight.shape)


def int8(weight):
    quants, scales, _ = functional.int8_vectorwise_quant(weight.contiguous().half())
    return functional.int8_vectorwise_dequant(quants, scales)


def quantise(model, scheme):
    head = model.get_output_embeddings()
    for module in model.modules():
        if isinstance(module, (torch.nn.Linear, Conv1D)) and module is not head:
            turned = isinstance(module, Conv1D)
            values = scheme(module.weight.data.T if turned else module.weight.data)
            module.weight.data = values.T.contiguous() if turned else values


def make(name, kind, scheme):
    folder = FAMILIES / name
    stored = json.loads((folder / "cases.json").read_text())
    cut = [sum(mask) for mask in stored["attention_mask"]]
    rows = [torch.tensor([ids[:n]]) for ids, n in zip(stored["input_ids"], cut)]
    labels = [torch.tensor([ids[:n]]) for ids, n in zip(stored["labels"], cut)]
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32,
                                                              attn_implementation="eager").eval()
    quantise(model, scheme)
    target = OUT / kind / name
    target.mkdir(parents=True, exist_ok=True)
    save_file({key: p.data.contiguous() for key, p in model.named_parameters() if p.dim() == 2},
              target / "values.safetensors")
    with computing_in_f64(), torch.no_grad():
        logits, chosen = supervised(model.double(), rows, labels)
        written = dict(input_ids=stored["input_ids"], attention_mask=stored["attention_mask"],
                       labels=stored["labels"], num_targets=stored["num_targets"],
                       loss=float(-sum(c.nansum() for c in chosen) / stored["num_targets"]),
                       logits=[[numbers(token) for token in row] for row in logits])
    with computing_in_f64():
        config = peft.PeftConfig.from_pretrained(folder / "adapter")
        adapted = peft.get_peft_model(model, config)
        weights = {key: v.double() for key, v in load_file(folder / "adapter/adapter_model.safetensors").items()}
        peft.set_peft_model_state_dict(adapted, weights)
        adapted = adapted.double().eval()
        for key, parameter in adapted.named_parameters():
            parameter.requires_grad_("lora_" in key)
        found = [logits_of(adapted, row) for row in rows]
        loss = -sum(found[r].log_softmax(-1)[:-1].gather(-1, rows[r][0, 1:, None]).sum() for r in range(2))
        loss.backward()
        written |= dict(lora_logits=[numbers(row[-1]) for row in found], lora_loss=float(loss))
        save_file({key.removeprefix("base_model.model.").replace(".default", ""): p.grad.float()
                   for key, p in adapted.named_parameters() if "lora_" in key}, target / "lora_grads.safetensors")
    (target / "cases.json").write_text(json.dumps(written, separators=(",", ":")))
    print(kind, name, written["loss"], written["lora_loss"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    for case in NAMES:
        make(case, "nf4", nf4)
        make(case, "int8", int8)
