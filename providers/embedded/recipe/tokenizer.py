"""The models' tokenizer: byte-level BPE over the standard library and the tasks.

Digits stand alone, then GPT-2's split: what llama.cpp calls the pre-tokenizer `smollm`, so
that it counts our prompts exactly as the training did.
"""

# The libraries of the recipe are no dependencies of this project, so there is nothing to
# check their use against.
# mypy: ignore-errors

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from providers.embedded.recipe.tasks import draw

VOCABULARY = 2048
CONTEXT_TOKENS = 8192
PADDING, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
# Single tokens, because reasoning and tool parsers of servers look for them.
MARKS = ("<think>", "</think>", "<tool_call>", "</tool_call>")
# Left unused, and named as padding in the GGUF file.
_SPARE = 8
_MODULES, _EXAMPLES = 120, 4000


def train_tokenizer(random: Random) -> PreTrainedTokenizerFast:
    """A new tokenizer. It depends on the Python version, whose modules are its corpus."""
    tokenizer = Tokenizer(models.BPE())
    digits = pre_tokenizers.Split(Regex(r"\p{N}"), "isolated")
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(MARKS) - _SPARE,
        special_tokens=[PADDING, TURN_START, TURN_END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(random), trainer)
    tokenizer.add_tokens([AddedToken(mark, special=False, normalized=False) for mark in MARKS])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=TURN_END,
        pad_token=PADDING,
        bos_token=None,
        model_max_length=CONTEXT_TOKENS,
    )
    wrapped.chat_template = Path(__file__).with_name("chat_template.jinja").read_text()
    return wrapped


def _corpus(random: Random) -> Iterator[str]:
    library = Path(sysconfig.get_paths()["stdlib"])
    for module in sorted(library.glob("*.py"))[:_MODULES]:
        yield module.read_text(errors="ignore")
    for _ in range(_EXAMPLES):
        yield "\n".join(message["content"] for message in draw(random).messages)
