"""The hand-tuned PyTorch + PEFT step: head and loss only at the positions that are trained."""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn.functional import cross_entropy

from start_adapter import start_by_formula

RANK = 8
ALPHA = 16
LEARNING_RATE = 1e-4
FULL_LEARNING_RATE = 2e-5


def lora_config():
    return LoraConfig(
        r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
    )


def with_lora(model, init, seed):
    """Adapters on all linear layers but the head, started by `formula` (start_adapter.py) or by `peft`."""
    torch.manual_seed(seed)
    adapted = get_peft_model(model, lora_config())
    if init == "formula":
        start_by_formula(adapted)
    return adapted.train()


def adamw(model, learning_rate=LEARNING_RATE):
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(trained, lr=learning_rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)


def padded(rows):
    """ids, attention mask and targets (N,T), padded on the right; a target of -100 is not trained."""
    longest = max(len(row) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    attention = torch.zeros_like(ids)
    targets = torch.full_like(ids, -100)
    for index, row in enumerate(rows):
        row_ids = torch.tensor(row.ids)
        ids[index, : len(row)] = row_ids
        attention[index, : len(row)] = 1
        # the output at t - 1 predicts the token at t
        targets[index, : len(row) - 1] = torch.where(torch.tensor(row.trained[1:]) == 1, row_ids[1:], -100)
    return ids, attention, targets


def loss_sum(model, rows):
    """Negative log-likelihood summed over the trained tokens of these rows, run as one padded batch."""
    causal = model.get_base_model() if isinstance(model, PeftModel) else model
    ids, attention, targets = padded(rows)
    # without padding no mask is needed, and attention takes its faster causal path
    mask = None if bool(attention.all()) else attention
    hidden = causal.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    chosen = targets != -100
    return cross_entropy(causal.lm_head(hidden[chosen]), targets[chosen], reduction="sum")


def micro_batches(rows, size):
    """Rows of like lengths together, so that little is padding."""
    by_length = sorted(rows, key=len)
    return [by_length[start : start + size] for start in range(0, len(rows), size)]


def train_step(model, optimizer, rows, micro_batch):
    """One update on these rows; the mean loss over their trained tokens, before it."""
    trained_tokens = sum(row.trained_tokens for row in rows)
    total = 0.0
    for part in micro_batches(rows, micro_batch):
        loss = loss_sum(model, part) / trained_tokens
        loss.backward()
        total += loss.item()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return total


@torch.no_grad()
def mean_loss(model, rows, micro_batch):
    """Mean loss over all trained tokens of these rows."""
    total = sum(loss_sum(model, part).item() for part in micro_batches(rows, micro_batch))
    return total / sum(row.trained_tokens for row in rows)
