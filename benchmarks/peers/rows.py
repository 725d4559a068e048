"""Training rows as token ids and a mask: tokenised here, or read as Linnet exported them."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One conversation. `trained[t]` says whether the loss counts `ids[t]` as a target."""

    ids: list
    trained: list

    def __len__(self):
        return len(self.ids)

    @property
    def trained_tokens(self):
        return sum(self.trained[1:])  # nothing predicts the first token


def read_exported(path, count):
    """The first `count` rows of a JSONL file with {"ids": [...], "trained": [0, 1, ...]} on each line.

    What `linnet score --json` prints is such a file; lines without ids, such as its summary, are passed over.
    """
    rows = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if len(rows) == count:
                break
            row = json.loads(line)
            if "ids" not in row:
                continue
            if len(row["ids"]) != len(row["trained"]):
                raise SystemExit(
                    f"{path}:{number}: {len(row['ids'])} ids but {len(row['trained'])} mask values; "
                    "expected as many of one as of the other"
                )
            rows.append(Row(row["ids"], [int(flag) for flag in row["trained"]]))
    return enough(rows, count, path)


def read_questions(path, count):
    """The first `count` rows of a GSM8K file, as dictionaries with `question` and `answer`."""
    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for _, line in zip(range(count), lines)]
    return enough(rows, count, path)


def messages(row):
    return [{"role": "user", "content": row["question"]}, {"role": "assistant", "content": row["answer"]}]


def tokenise(tokenizer, row, max_length):
    """Trains the answer, its <|im_end|> and the newline after it: all that follows the generation prompt."""
    chat = messages(row)
    whole = tokenizer.apply_chat_template(chat, tokenize=False)
    prompt = tokenizer.apply_chat_template(chat[:1], tokenize=False, add_generation_prompt=True)
    ids = tokenizer(whole, add_special_tokens=False)["input_ids"]
    start = len(tokenizer(prompt, add_special_tokens=False)["input_ids"])
    trained = [int(index >= start) for index in range(len(ids))]
    return Row(ids[:max_length], trained[:max_length])


def load(path, count, tokenizer, max_length, exported=None):
    """Rows that Linnet exported where there is such a file, else the GSM8K rows tokenised here."""
    if exported:
        return read_exported(exported, count)
    return [tokenise(tokenizer, row, max_length) for row in read_questions(path, count)]


def write_exported(rows, path):
    """Writes rows in the form that `read_exported` reads."""
    lines = [json.dumps({"ids": row.ids, "trained": row.trained}, separators=(",", ":")) for row in rows]
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def enough(rows, count, path):
    if len(rows) < count:
        raise SystemExit(f"{path}: {len(rows)} rows; expected at least {count}")
    return rows
