"""A trained model's directory as one GGUF file, with nothing but the `gguf` package.

    python -m providers.embedded.recipe.to_gguf better providers/embedded/models/better-q8_0.gguf

Matrices are quantized to q8_0 (8 bits with a scale per 32 weights), norms stay as they are.
Knows only the architecture that `train` makes.
"""

# The libraries of the recipe are no dependencies of this project, so there is nothing to
# check their use against.
# mypy: ignore-errors

import argparse
import json
from pathlib import Path

import gguf
import gguf.quants
import numpy as np
from safetensors.numpy import load_file

NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
}
LAYER_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
TIED = "lm_head.weight"  # the embedding once more


def convert(source: Path, target: Path) -> None:
    """Write the model in `source` (config, tokenizer, template, weights) to `target`."""
    writer = gguf.GGUFWriter(str(target), "qwen3")
    config = json.loads((source / "config.json").read_text())
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    _add_shape(writer, config)
    _add_tokenizer(writer, tokenizer, size=config["vocab_size"])
    writer.add_chat_template((source / "chat_template.jinja").read_text())
    for name, weights in load_file(source / "model.safetensors").items():
        if name != TIED:
            _add_weights(writer, _gguf_name(name), weights.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_shape(writer: gguf.GGUFWriter, config: dict) -> None:
    writer.add_name("tiny-qwen3")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: dict, *, size: int) -> None:
    vocabulary = tokenizer["model"]["vocab"]
    added = {token["id"]: token for token in tokenizer["added_tokens"]}
    tokens = [f"[PAD{number}]" for number in range(size)]
    types = [gguf.TokenType.UNUSED] * size
    for token, number in vocabulary.items():
        tokens[number], types[number] = token, gguf.TokenType.NORMAL
    for number, token in added.items():
        special = token["special"]
        tokens[number] = token["content"]
        types[number] = gguf.TokenType.CONTROL if special else gguf.TokenType.USER_DEFINED
    numbers = {token["content"]: number for number, token in added.items()}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["model"]["merges"]])
    writer.add_eos_token_id(numbers["<|im_end|>"])
    writer.add_pad_token_id(numbers["<|endoftext|>"])
    writer.add_add_bos_token(False)


def _gguf_name(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    return f"blk.{layer}.{LAYER_NAMES[rest.removesuffix('.weight')]}.weight"


def _add_weights(writer: gguf.GGUFWriter, name: str, weights: np.ndarray) -> None:
    if weights.ndim != 2:
        writer.add_tensor(name, weights)
        return
    kind = gguf.GGMLQuantizationType.Q8_0
    writer.add_tensor(name, gguf.quants.quantize(weights, kind), raw_dtype=kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="directory that train wrote")
    parser.add_argument("target", type=Path, help="the .gguf file")
    options = parser.parse_args()
    convert(options.source, options.target)


if __name__ == "__main__":
    main()
