"""How many fresh examples a model answers exactly as taught, by kind of task."""

# The libraries of the recipe are no dependencies of this project, so there is nothing to
# check their use against.
# mypy: ignore-errors

from collections import Counter
from random import Random

from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

from providers.embedded.recipe.tasks import Example, draw
from providers.embedded.recipe.tokenizer import TURN_END

SEED = 12345
EXAMPLES = 100
ANSWER_TOKENS = 120


def exact_matches(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> dict[str, tuple[int, int]]:
    """(right, asked) per kind, decoding greedily. The examples differ from any training's."""
    random = Random(SEED)
    right, asked = Counter[str](), Counter[str]()
    for _ in range(EXAMPLES):
        example = draw(random)
        prompt, wanted = prompt_and_answer(tokenizer, example)
        tokens = tokenizer(prompt, return_tensors="pt")
        output = model.generate(**tokens, max_new_tokens=ANSWER_TOKENS, do_sample=False)
        answer = output[0][tokens.input_ids.shape[1] :]
        said = tokenizer.decode(answer, skip_special_tokens=True).strip()
        asked[example.kind] += 1
        right[example.kind] += said == wanted.replace(TURN_END, "").strip()
    return {kind: (right[kind], asked[kind]) for kind in asked}


def prompt_and_answer(tokenizer: PreTrainedTokenizerFast, example: Example) -> tuple[str, str]:
    """The conversation as the model reads it, cut where its answer begins."""
    whole = tokenizer.apply_chat_template(example.messages, tools=example.tools, tokenize=False)
    prompt = tokenizer.apply_chat_template(
        example.messages[:-1],
        tools=example.tools,
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=example.thinks,
    )
    assert whole.startswith(prompt), "the template must not change what it has said"
    return prompt, whole[len(prompt) :]
