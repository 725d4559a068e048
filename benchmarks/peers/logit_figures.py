"""What is kept of a text's logits (T,V): few figures, but a wrong logit anywhere shows in one of them.

ids        the text, T token ids
columns    every 768th entry of the vocabulary
logits     (T, columns): the logits at those entries
logSumExp  (T): over the whole vocabulary
logProbs   (T): log-probability of each token after those before it; null for the first
"""

import torch

from rows import read_questions, tokenise

STRIDE = 768


@torch.no_grad()
def logits_of(model, ids):
    """All logits (T,V) of one text."""
    return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]


def figures_of(ids, logits):
    """The figures of the module's comment, rounded to 6 decimals: finer than the error of F32."""
    total = torch.logsumexp(logits.double(), dim=-1)
    targets = logits.double()[torch.arange(len(ids) - 1), torch.tensor(ids[1:])] - total[:-1]
    columns = list(range(0, logits.shape[1], STRIDE))
    return {
        "ids": ids,
        "columns": columns,
        "logits": [[round(value, 6) for value in row] for row in logits[:, columns].tolist()],
        "logSumExp": [round(value, 6) for value in total.tolist()],
        "logProbs": [None] + [round(value, 6) for value in targets.tolist()],
    }


def largest_gaps(found, expected):
    """The largest absolute difference of each kind of figure that both have; their ids must be the same."""
    if found["ids"] != expected["ids"]:
        raise SystemExit("the two have different ids: not the same text, so there is nothing to compare")
    gaps = {}
    for kind in ("logits", "logSumExp", "logProbs"):
        if kind in found and kind in expected:
            one, other = (
                torch.tensor([value for value in figures[kind] if value is not None])
                for figures in (found, expected)
            )
            if one.shape != other.shape:
                raise SystemExit(f"{kind}: {list(one.shape)} values against {list(other.shape)}")
            gaps[kind] = (one - other).abs().max().item()
    return gaps


def some_text(train, tokenizer, length):
    """The ids of the first GSM8K conversation of at least `length` tokens, cut there."""
    for row in read_questions(train, 200):
        ids = tokenise(tokenizer, row, max_length=length).ids
        if len(ids) == length:
            return ids
    raise SystemExit(f"{train}: no row of {length} tokens among the first 200")
