"""The model all peers run on: weights of the SmolLM2 GGUF, rounded to BF16, computed in F32."""

from pathlib import Path

import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer


def load_model(folder, gguf_file=None):
    """A causal language model in F32 on the CPU; SDPA attention, which is transformers' default."""
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf_file, dtype=torch.float32)
    # PEFT writes this into adapter_config.json, where a path of this machine would help nobody
    model.name_or_path = Path(folder).name
    return model


def load_tokenizer(folder, gguf_file=None):
    """The tokenizer, with digits split one by one as the GGUF's `tokenizer.ggml.pre = smollm` says.

    transformers drops that step when it converts a GGUF; a folder that already has it is left alone.
    """
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=gguf_file)
    backend = tokenizer.backend_tokenizer
    if "Digits" not in str(backend.pre_tokenizer):
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), backend.pre_tokenizer]
        )
    return tokenizer


def require_folder(folder):
    """The model folder as a Path, or an exit that says how to get one."""
    folder = Path(folder)
    if not (folder / "config.json").is_file():
        raise SystemExit(
            f"{folder}: no config.json there; expected a Hugging Face folder of "
            "SmolLM2-135M-Instruct. `examples/models/get-smollm2 DIR` makes DIR/SmolLM2-135M-Instruct"
        )
    return folder
