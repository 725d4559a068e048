"""Renders small templates with transformers' own Jinja set-up and writes what comes out.

Usage: python make_template_features.py OUT.json   (needs transformers and jinja2; versions are recorded)
"""
import json
import sys
from datetime import datetime

import jinja2
import transformers
from transformers.utils import chat_template_utils

from template_features import FEATURES, Loose

NOW = datetime(2025, 3, 14, 15, 9, 26)


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def case(template, context):
    result = {"template": template, "context": context}
    try:
        compiled = chat_template_utils._compile_jinja_template(template)
        result["text"] = compiled.render(**context)
    except Exception as error:  # whatever Python raises is what the engine must name
        result["error"] = type(error).__name__
        if not isinstance(template, Loose):
            result["message"] = getattr(error, "message", None) or str(error)
    return result


def main():
    chat_template_utils.datetime = Clock
    cases = [case(*(feature if isinstance(feature, tuple) else (feature, {}))) for feature in FEATURES]
    document = {
        "note": "made by sft/src/test/python/make_template_features.py",
        "now": NOW.isoformat(),
        "versions": {"transformers": transformers.__version__, "jinja2": jinja2.__version__},
        "cases": cases,
    }
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump(document, out, ensure_ascii=False, indent=1)
        out.write("\n")


main()
