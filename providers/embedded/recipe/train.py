"""Train a tiny model for a number of optimizer steps, from nothing or from an earlier one.

    python -m providers.embedded.recipe.train --steps 844 --seed 0 --to small
    python -m providers.embedded.recipe.train --steps 1994 --seed 777 --peak-rate 1.5e-3 \\
        --from small --to better

Steps, not seconds: on one machine and one set of library versions a run can be repeated.
"""

# The libraries of the recipe are no dependencies of this project, so there is nothing to
# check their use against.
# mypy: ignore-errors

import argparse
import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random

import torch
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from providers.embedded.recipe.evaluate import exact_matches, prompt_and_answer
from providers.embedded.recipe.tasks import draw
from providers.embedded.recipe.tokenizer import CONTEXT_TOKENS, VOCABULARY, train_tokenizer

BATCH_TOKENS = 1536
# Examples are sorted by length within this many, so that a batch is hardly padded: the
# prompts that carry a tool are ten times as long as the others.
BUCKET = 512
WARMUP_STEPS = 50
FLOOR = 0.02
IGNORED = -100  # torch's label for positions that are not learned

Pair = tuple[list[int], list[int]]


def new_model(tokenizer: PreTrainedTokenizerFast) -> Qwen3ForCausalLM:
    """1.25 million parameters of an architecture that every common engine serves."""
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=VOCABULARY,
            hidden_size=128,
            intermediate_size=384,
            num_hidden_layers=4,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=64,
            max_position_embeddings=CONTEXT_TOKENS,
            rope_theta=10000.0,
            tie_word_embeddings=True,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
        )
    )


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Warm-up, the peak until half-way, then a straight line down to 2% of the peak."""
    done = step / steps
    falling = 1.0 if done < 0.5 else max(FLOOR, 2 * (1 - done))
    return peak * min(1.0, (step + 1) / WARMUP_STEPS) * falling


def train(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    random: Random,
    *,
    steps: int,
    peak_rate: float,
) -> None:
    """Teach the model the answers of drawn examples, the prompts being given."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=peak_rate, weight_decay=0.01, betas=(0.9, 0.98)
    )
    model.train()
    for step, (tokens, labels) in zip(range(steps), _batches(tokenizer, random), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, peak_rate)
        loss = model(input_ids=tokens, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 100 == 0 or step == steps - 1:
            logging.info("step %d of %d: loss %.4f", step + 1, steps, loss.item())
    model.eval()


def _batches(
    tokenizer: PreTrainedTokenizerFast, random: Random
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    while True:
        pairs = sorted((_pair(tokenizer, random) for _ in range(BUCKET)), key=_length)
        groups: list[list[Pair]] = [[]]
        for pair in pairs:
            if groups[-1] and (len(groups[-1]) + 1) * _length(pair) > BATCH_TOKENS:
                groups.append([])
            groups[-1].append(pair)
        # The last group is not full; its few examples would weigh more than others.
        groups.pop()
        random.shuffle(groups)
        for group in groups:
            yield _tensors(group, tokenizer.pad_token_id)


def _pair(tokenizer: PreTrainedTokenizerFast, random: Random) -> Pair:
    """The tokens of a drawn example's prompt and of its answer."""
    prompt, answer = prompt_and_answer(tokenizer, draw(random))
    return tokenizer(prompt).input_ids, tokenizer(answer).input_ids


def _length(pair: Pair) -> int:
    return len(pair[0]) + len(pair[1])


def _tensors(group: list[Pair], padding: int) -> tuple[torch.Tensor, torch.Tensor]:
    shape = (len(group), max(map(_length, group)))
    tokens, labels = torch.full(shape, padding), torch.full(shape, IGNORED)
    for row, (prompt, answer) in enumerate(group):
        end = len(prompt) + len(answer)
        tokens[row, :end] = torch.tensor(prompt + answer)
        labels[row, len(prompt) : end] = torch.tensor(answer)
    return tokens, labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--peak-rate", type=float, default=2e-3)
    parser.add_argument("--from", dest="source", type=Path, help="directory of an earlier model")
    parser.add_argument("--to", dest="target", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    random = Random(options.seed)
    torch.manual_seed(options.seed)
    if options.source is None:
        tokenizer = train_tokenizer(random)
        model = new_model(tokenizer)
    else:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(options.source)
        model = Qwen3ForCausalLM.from_pretrained(options.source, dtype=torch.float32)
    train(model, tokenizer, random, steps=options.steps, peak_rate=options.peak_rate)
    tokenizer.save_pretrained(options.target)
    model.save_pretrained(options.target)
    for kind, (right, asked) in sorted(exact_matches(model, tokenizer).items()):
        logging.info("%s: %d of %d answers exactly as taught", kind, right, asked)


if __name__ == "__main__":
    main()
