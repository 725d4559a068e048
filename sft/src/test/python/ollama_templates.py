"""Checks Modelfiles of `linnet convert --ollama`: Go renders the TEMPLATE as Ollama does, and the text is the one that
transformers renders of the model's own template.

Needs transformers and Go. Usage: python ollama_templates.py LINNET MODEL_FOLDER WORK_FOLDER TEMPLATES
MODEL_FOLDER is any model with a tokenizer, such as examples/models/linnet-tiny; TEMPLATES is a folder of folders with a
cases.json whose "chat_template" is a Jinja source, such as src/test/resources/golden/templates.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

import transformers

LINNET, MODEL, WORK, TEMPLATES = (pathlib.Path(a).resolve() for a in sys.argv[1:5])
GO = """package main

import (
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

type Message struct{ Role, Content string }

// As Ollama's template.Execute does where a template speaks of .Messages.
func main() {
	text, _ := os.ReadFile(os.Args[1])
	parsed := template.Must(template.New("").Parse(string(text)))
	var conversations [][]Message
	json.NewDecoder(os.Stdin).Decode(&conversations)
	var rendered []string
	for _, messages := range conversations {
		var system []string
		for _, m := range messages {
			if m.Role == "system" {
				system = append(system, m.Content)
			}
		}
		var out strings.Builder
		values := map[string]any{"System": strings.Join(system, "\\n\\n"), "Messages": messages, "Response": ""}
		if err := parsed.Execute(&out, values); err != nil {
			panic(err)
		}
		rendered = append(rendered, out.String())
	}
	json.NewEncoder(os.Stdout).Encode(rendered)
}
"""
S, U, A, V = (dict(role=r, content=c) for r, c in (("system", "Be brief.\nAlways."), ("user", "Hi {{ there }}"),
                                                   ("assistant", "Hello, é 漢"), ("user", "1 < 2?\n\nyes")))
CONVERSATIONS = [[U], [S, U], [U, A, V], [S, U, A, V], [S, U, A, V, A, U]]


def part(modelfile, name):
    found = re.search(name + r' """(.*?)"""', modelfile, re.S)
    return found and found.group(1)


def check(name, template):
    folder, out = WORK / name, WORK / f"{name}.gguf"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(MODEL, folder)
    (folder / "chat_template.jinja").write_text(template)
    out.unlink(missing_ok=True)
    done = subprocess.run([LINNET, "convert", folder, out, "--ollama"], capture_output=True, text=True)
    if done.returncode:
        print(name, "failed:", done.stderr.strip().splitlines()[-1])
        return
    modelfile = out.with_suffix(".Modelfile").read_text()
    go, system = part(modelfile, "TEMPLATE"), part(modelfile, "SYSTEM")
    if go is None:
        print(name, "has no TEMPLATE")
        return
    (WORK / "template.txt").write_text(go)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    given, expected = [], []
    for conversation in CONVERSATIONS:
        try:
            expected.append(tokenizer.apply_chat_template(conversation, tokenize=False, add_generation_prompt=True))
        except Exception:  # no system message, for some
            continue
        says = system is not None and conversation[0]["role"] != "system"  # as Ollama's server puts it in front
        given.append([dict(role="system", content=system)] * says + conversation)
    rendered = json.loads(subprocess.run(["go", "run", WORK / "main.go", WORK / "template.txt"], check=True,
                                         input=json.dumps(given), capture_output=True, text=True).stdout)
    print(name, [a == b for a, b in zip(rendered, expected)], "SYSTEM" if system else "")


WORK.mkdir(parents=True, exist_ok=True)
(WORK / "main.go").write_text(GO)
for path in sorted(TEMPLATES.glob("*/cases.json")):
    check(path.parent.name, json.loads(path.read_text())["chat_template"])
