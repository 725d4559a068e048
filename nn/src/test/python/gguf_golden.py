"""Makes src/test/resources/golden/gguf/families.json and adapters.json: what llama.cpp's own converters write for the
golden families and their adapters, keys with their values, and tensors with their shapes and the SHA-256 of their
bytes. GPT-2's adapter is left out: its factors come out transposed there, and llama.cpp refuses them.

Needs the requirements of llama.cpp's convert_hf_to_gguf.py. Usage: python gguf_golden.py LLAMA_CPP ../resources/golden
"""
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

LLAMA_CPP, GOLDEN = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
sys.path[:0] = [str(LLAMA_CPP), str(LLAMA_CPP / "gguf-py")]

import gguf  # noqa: E402
import torch  # noqa: E402
from conversion import ModelBase, ModelType, get_model_architecture, get_model_class  # noqa: E402


def content(tensor):
    """The tables of rotary factors are computed, and rounded on the way."""
    if tensor.name.startswith("rope_"):
        return dict(values=[float(x) for x in tensor.data])
    return dict(sha256=hashlib.sha256(tensor.data.tobytes()).hexdigest()[:16])


def described(folder):
    with tempfile.TemporaryDirectory() as temporary, torch.inference_mode():
        copy, path = pathlib.Path(temporary) / "model", pathlib.Path(temporary) / "model.gguf"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("adapter", "cases.json", "grads*", "*.legacy.*"))
        config = json.loads((copy / "config.json").read_text())
        vocabulary = {str(i): i for i in range(config["vocab_size"])}
        (copy / "tokenizer.json").write_text(json.dumps(dict(model=dict(vocab=vocabulary), added_tokens=[])))
        config.setdefault("n_ctx", config.get("n_positions"))  # which that converter asks for, of GPT-2
        (copy / "config.json").write_text(json.dumps({k: v for k, v in config.items() if v is not None}))
        hparams = ModelBase.load_hparams(copy, False)
        kind = get_model_class(get_model_architecture(hparams, ModelType.TEXT))
        kind.set_vocab = lambda self: None
        kind(copy, gguf.LlamaFileType.ALL_F32, path).write()
        return read(path)


def described_adapter(folder):
    with tempfile.TemporaryDirectory() as temporary:
        path = pathlib.Path(temporary) / "adapter.gguf"
        subprocess.run([sys.executable, LLAMA_CPP / "convert_lora_to_gguf.py", "--base", folder, "--outfile", path,
                        folder / "adapter"], check=True, capture_output=True)
        return read(path)


def read(path):
    reader = gguf.GGUFReader(path)
    keys = {name: field.contents() for name, field in reader.fields.items()
            if not name.startswith(("GGUF.", "general.", "tokenizer."))}
    keys["general.architecture"] = reader.get_field("general.architecture").contents()
    tensors = {t.name: dict(shape=[int(n) for n in reversed(t.shape)], **content(t)) for t in reader.tensors}
    return dict(keys=keys, tensors=tensors)


def collected(describe, folders):
    cases = {}
    for folder in folders:
        try:
            cases[str(folder.relative_to(GOLDEN))] = describe(folder)
        except Exception as failed:  # what those converters refuse is no case
            print(folder.name, "is left out:", repr(failed))
    return json.dumps(cases, separators=(",", ":"))


families = sorted((GOLDEN / "families").iterdir())
(GOLDEN / "gguf").mkdir(exist_ok=True)
(GOLDEN / "gguf/families.json").write_text(
    collected(described, [*families, GOLDEN / "models/llama", GOLDEN / "models/llama-biased"]))
(GOLDEN / "gguf/adapters.json").write_text(
    collected(described_adapter, [f for f in families if f.name in ("llama3", "mistral", "qwen3", "phi3", "gemma3")]))
