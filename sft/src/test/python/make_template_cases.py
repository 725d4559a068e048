"""Renders the golden conversations through other published templates and writes what comes out.

Usage: python make_template_cases.py OUT_FOLDER NAME...
NAME is a template of PyPI trl (Apache-2.0), such as gptoss; the conversations are those of the golden file
templates/qwen3/cases.json. Needs transformers and trl.
"""
import json
import pathlib
import sys
from datetime import datetime

import trl
from transformers.utils import chat_template_utils

NOW = datetime(2025, 3, 14, 15, 9, 26)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
GOLDEN = pathlib.Path(__file__).parent.parent / "resources/golden/templates"


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def render(source, case):
    options = dict(case["kwargs"])
    result = {"name": case["name"], "messages": case["messages"], "kwargs": case["kwargs"]}
    marked = "generation %}" in source
    try:
        texts, spans = chat_template_utils.render_jinja_template(
            [case["messages"]], tools=options.pop("tools", None), chat_template=source,
            return_assistant_tokens_mask=marked,
            continue_final_message=options.pop("continue_final_message", False),
            add_generation_prompt=options.pop("add_generation_prompt", False), **TOKENS, **options)
        result["text"] = texts[0]
        if marked:
            result["generation_spans"] = spans[0]
    except Exception as error:
        result["error"] = type(error).__name__
        result["message"] = str(getattr(error, "message", None) or error)
    return result


def main(folder, *names):
    chat_template_utils.datetime = Clock
    cases = json.loads((GOLDEN / "qwen3/cases.json").read_text(encoding="utf-8"))["cases"]
    for name in names:
        source = (pathlib.Path(trl.__file__).parent / f"chat_templates/{name}.jinja").read_text(encoding="utf-8")
        document = {
            "template": name, "source": f"PyPI trl {trl.__version__} chat_templates/{name}.jinja (Apache-2.0)",
            "chat_template": source, "special_tokens": TOKENS, "now": NOW.isoformat(),
            "cases": [render(source, case) for case in cases],
        }
        target = pathlib.Path(folder) / name
        target.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, ensure_ascii=False, indent=1)
        (target / "cases.json").write_text(text + "\n", encoding="utf-8")


main(*sys.argv[1:])
