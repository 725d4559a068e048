"""Makes src/test/resources/golden/gguf/families.json: what llama.cpp's own converter writes for the golden families,
keys with their values, and tensors with their shapes and the SHA-256 of their bytes.

Needs the requirements of llama.cpp's convert_hf_to_gguf.py. Usage: python gguf_golden.py LLAMA_CPP ../resources/golden
"""
import hashlib
import json
import pathlib
import shutil
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
        hparams = ModelBase.load_hparams(copy, False)
        kind = get_model_class(get_model_architecture(hparams, ModelType.TEXT))
        kind.set_vocab = lambda self: None
        kind(copy, gguf.LlamaFileType.ALL_F32, path).write()
        reader = gguf.GGUFReader(path)
        keys = {name: field.contents() for name, field in reader.fields.items()
                if not name.startswith(("GGUF.", "general.", "tokenizer."))}
        keys["general.architecture"] = reader.get_field("general.architecture").contents()
        tensors = {t.name: dict(shape=[int(n) for n in reversed(t.shape)], **content(t)) for t in reader.tensors}
        return dict(keys=keys, tensors=tensors)


cases = {}
for folder in [*sorted((GOLDEN / "families").iterdir()), GOLDEN / "models/llama", GOLDEN / "models/llama-biased"]:
    try:
        cases[str(folder.relative_to(GOLDEN))] = described(folder)
    except Exception as failed:  # what that converter refuses is no case
        print(folder.name, "is left out:", repr(failed))
(GOLDEN / "gguf").mkdir(exist_ok=True)
(GOLDEN / "gguf/families.json").write_text(json.dumps(cases, separators=(",", ":")))
