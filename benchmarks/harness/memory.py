"""The largest resident memory of a training process: plain, checkpointing, over the length of a row."""

import json

from harness import sides, turns

STEPS = 2
LENGTHS = (1024, 2048, 4096, 8192)
# characters of GSM8K's texts that a token covers at most, so that the long row is long enough
CHARACTERS_PER_TOKEN = 6


def measure(machine, options):
    """The section. Lengths are of one row, with --checkpointing."""
    folder, scratch = turns.fresh_folder()
    with folder:
        plain = sides.Work(options.model, options.data, steps=3)
        result = {
            "plainBytes": peak("linnet", plain, scratch / "plain", options, machine)[0],
            "checkpointingBytes": peak(
                "linnet-checkpointing", plain, scratch / "checkpointing", options, machine
            )[0],
            "lengths": {},
            "notes": [],
        }
        rows = scratch / "long.jsonl"
        write_long_rows(options.data, rows, STEPS, max(LENGTHS))
        for length in LENGTHS[:2] if options.quick else LENGTHS:
            work = sides.Work(options.model, rows, steps=STEPS, batch=1, max_length=length)
            found, line = peak("linnet-checkpointing", work, scratch / str(length), options, machine)
            if line["tokens"] != length:
                raise SystemExit(f"the long row has {line['tokens']} tokens; expected {length}")
            speed = line["tokens"] / line["seconds"]
            result["lengths"][str(length)] = {"peakBytes": found, "tokensPerSecond": speed}
            print(f"{length} tokens: {found / 2**30:.2f} GiB, {speed:.0f} tokens/s", flush=True)
    return result


def peak(side, work, output, options, machine):
    """Bytes, and the line of the last step."""
    output.mkdir()
    started = turns.Side(side, *sides.command(side, work, output, options, machine))
    try:
        for _ in range(work.steps):
            line = started.wait_for("step", turns.STEP_SECONDS)
        return started.finish(), line
    finally:
        started.close()


def write_long_rows(data, path, count, tokens):
    """Rows of GSM8K texts end to end, a question and then as much of the others as a long answer takes."""
    with open(data, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts, characters = [], 0
    for row in rows:
        texts.append(row["question"] + "\n" + row["answer"])
        characters += len(texts[-1])
        if characters > tokens * CHARACTERS_PER_TOKEN:
            break
    long = json.dumps({"question": rows[0]["question"], "answer": "\n\n".join(texts)})
    path.write_text((long + "\n") * count, encoding="utf-8")
