"""The lines that every training side of benchmarks/run prints, named as `linnet train --json` names them."""

import json


def computing():
    """One line when all is loaded and step 1 begins to compute."""
    print(json.dumps({"event": "computing", "step": 1}), flush=True)


def step(number, row_batch, seconds, loss):
    """One line when an optimizer step is done."""
    print(
        json.dumps(
            {
                "event": "step",
                "step": number,
                "tokens": sum(len(row) for row in row_batch),
                "trainedTokens": sum(row.trained_tokens for row in row_batch),
                "seconds": seconds,
                "loss": loss,
            }
        ),
        flush=True,
    )
