"""Renders conversations through published templates: what the built-in ones must render.

Usage: python make_builtin_cases.py PUBLISHED OUT.json
PUBLISHED holds NAME.jinja for each built-in template that has a published form, as transformers or the model's
makers publish it (gemma_system.jinja: the form that takes a system message). Only what comes out is kept.
"""
import json
import pathlib
import sys

from transformers.utils import chat_template_utils

TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
CALL = {"id": "abcdefghi", "type": "function", "function": {"name": "add", "arguments": {"xs": [1, 2.5], "to": "é"}}}
TOOL = {"type": "function", "function": {"name": "add", "description": "Adds \"x\" & <y>", "parameters": {
    "type": "object", "properties": {"xs": {"type": "array", "items": {"type": "number"}}}}}}


def turns(*pairs, **options):
    return {"messages": [dict(zip(("role", "content"), pair)) for pair in pairs], "kwargs": options}


PLAIN = [
    turns(("user", "q1"), add_generation_prompt=True),
    turns(("user", "q1"), ("assistant", "a1")),
    turns(("user", "q1"), ("assistant", "a1"), ("user", "q2"), add_generation_prompt=True),
    turns(("user", "q1"), ("assistant", "a1"), ("user", "q2"), ("assistant", "a2")),
    turns(("user", "  é😀 <b>'\"\n\n "), ("assistant", " \ta  1 \n"), ("user", ""), ("assistant", "")),
    turns(("user", "q1"), ("user", "q2")),
]
SYSTEM = [
    turns(("system", "Be kind."), ("user", "q1"), add_generation_prompt=True),
    turns(("system", " Be kind.\n"), ("user", "q1"), ("assistant", "a1"), ("user", "q2"), ("assistant", "a2")),
]
QWEN = [
    turns(("user", "q"), add_generation_prompt=True, enable_thinking=False),
    turns(("user", "q"), ("assistant", "<think>\nt1\n</think>\n\na1"), ("user", "q2"),
          ("assistant", "<think>\nt2\n</think>\n\na2")),
    {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"},
                  {"role": "assistant", "content": "", "reasoning_content": "r", "tool_calls": [CALL]},
                  {"role": "tool", "content": "3.5"}, {"role": "tool", "content": "4"},
                  {"role": "assistant", "content": "done", "tool_calls": [CALL, CALL]},
                  {"role": "tool", "content": "5"}],
     "kwargs": {"tools": [TOOL, TOOL], "add_generation_prompt": True}},
]


def render(source, case):
    options = dict(case["kwargs"])
    try:
        texts, _ = chat_template_utils.render_jinja_template(
            [case["messages"]], tools=options.pop("tools", None), chat_template=source,
            add_generation_prompt=options.pop("add_generation_prompt", False), **TOKENS, **options)
        return {**case, "text": texts[0]}
    except Exception as error:
        return {**case, "error": type(error).__name__}


def main(published, out):
    names = {"chatml": PLAIN + SYSTEM, "llama2": PLAIN + SYSTEM, "llama3": PLAIN + SYSTEM, "alpaca": PLAIN + SYSTEM,
             "vicuna": PLAIN + SYSTEM, "zephyr": PLAIN + SYSTEM, "mistral": PLAIN + SYSTEM, "gemma": PLAIN,
             "gemma_system": PLAIN + SYSTEM, "phi3": PLAIN + SYSTEM, "qwen3": PLAIN + SYSTEM + QWEN}
    document = {"special_tokens": TOKENS, "cases": [
        {"template": name.removesuffix("_system"), **render((pathlib.Path(published) / f"{name}.jinja").read_text(
            encoding="utf-8"), case)} for name, cases in names.items() for case in cases]}
    pathlib.Path(out).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


main(*sys.argv[1:])
