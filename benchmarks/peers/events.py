"""The lines that every side of train_speed.py prints, under the names that `linnet train --json` uses."""

import json


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
