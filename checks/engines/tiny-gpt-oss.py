"""Writes a tiny gpt-oss as GGUF, for tests: the real architecture and the real vocabulary, next to nothing in between.

    tiny-gpt-oss.py MODEL < o200k_base.tiktoken

Two layers of 32 dimensions know nothing, but the model has manners: for each word of the Harmony format, HABITS says
what it likes to write next. So what it writes at temperature 1 is mostly well-formed Harmony about nothing, with every
kind of mistake now and then. Equal input makes equal bytes.
"""

import base64
import math
import sys

import gguf
import numpy as np

SPECIAL = {
    199_998: "startoftext", 199_999: "endoftext", 200_002: "return", 200_003: "constrain", 200_005: "channel",
    200_006: "start", 200_007: "end", 200_008: "message", 200_012: "call", 200_018: "endofprompt",
}  # fmt: skip
FIRST_SPECIAL, LAST_SPECIAL, VOCABULARY = 199_998, 200_018, 201_088

WIDTH, LAYERS, HEADS, KV_HEADS, HEAD_WIDTH, EXPERTS = 32, 2, 2, 1, 16, 4

# What likes to follow each token, in percent; the rest of the hundred falls to all tokens alike. "content" stands for
# every token without a line of its own, "␠" for a blank.
HABITS = """
<|start|>      assistant 97
assistant      <|channel|> 95  ␠to 2
<|channel|>    analysis 44  comment 30  final 24
comment        ary 99
ary            ␠to 68  <|message|> 28
analysis       <|message|> 95  ␠to 2
final          <|message|> 95  ␠ 2
␠to            = 98
=              functions 96  python 1
functions      .get 98
.get           _weather 98
_weather       ␠ 50  <|message|> 20  <|constrain|> 15  <|channel|> 13
␠              <|constrain|> 97
<|constrain|>  json 98
json           <|message|> 98
<|end|>        <|start|> 96  assistant 1
content        <|end|> 5  <|return|> 1.5  <|call|> 1
"""

# The embedding of a token has this in the dimension of its habit, beside noise, which is all that the layers work on.
LOUD, QUIET = 1.0, 0.02


def main() -> None:
    ranks = [base64.b64decode(line.split()[0]) for line in sys.stdin.buffer if line.strip()]
    assert len(ranks) == FIRST_SPECIAL, f"{len(ranks)} tokens instead of {FIRST_SPECIAL}"
    writer = gguf.GGUFWriter(sys.argv[1], "gpt-oss")
    writer.add_name("Tiny gpt-oss")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    describe_architecture(writer)
    describe_vocabulary(writer, ranks)
    add_tensors(writer, ranks)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def describe_architecture(writer: gguf.GGUFWriter) -> None:
    """The published models' settings, smaller."""
    writer.add_context_length(131_072)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_WIDTH)
    writer.add_value_length(HEAD_WIDTH)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_sliding_window(128)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(2)
    writer.add_expert_feed_forward_length(WIDTH)
    writer.add_rope_freq_base(150_000.0)
    writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    writer.add_rope_scaling_factor(32.0)
    writer.add_rope_scaling_orig_ctx_len(4096)


def describe_vocabulary(writer: gguf.GGUFWriter, ranks: list[bytes]) -> None:
    """Tokens, types and merges as in the published GGUFs. Ids beyond the special tokens have no name there either."""
    alphabet = gpt2_alphabet()
    spelled = ["".join(alphabet[byte] for byte in token) for token in ranks]
    special = [f"<|{SPECIAL.get(id, f'reserved_{id}')}|>" for id in range(FIRST_SPECIAL, LAST_SPECIAL + 1)]
    unused = [f"[PAD{id}]" for id in range(LAST_SPECIAL + 1, VOCABULARY)]
    kinds = gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-4o")
    writer.add_token_list(spelled + special + unused)
    writer.add_token_types(
        [kinds.NORMAL] * len(spelled) + [kinds.CONTROL] * len(special) + [kinds.UNUSED] * len(unused)
    )
    writer.add_token_merges(merges(ranks, spelled))
    writer.add_bos_token_id(199_998)
    writer.add_eos_token_id(200_002)
    writer.add_pad_token_id(199_999)


def gpt2_alphabet() -> list[str]:
    """A printable letter for each byte: itself where Latin-1 has one, otherwise the next from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    spare = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(spare)) for byte in range(256)]


def merges(ranks: list[bytes], spelled: list[str]) -> list[str]:
    """All pairs of tokens that make up another, by the rank of what they make, then of the halves."""
    rank_of = {token: rank for rank, token in enumerate(ranks)}
    lines = []
    for token in ranks:
        pairs = ((rank_of.get(token[:cut]), rank_of.get(token[cut:])) for cut in range(1, len(token)))
        found = sorted((left, right) for left, right in pairs if left is not None and right is not None)
        lines += [f"{spelled[left]} {spelled[right]}" for left, right in found]
    return lines


def add_tensors(writer: gguf.GGUFWriter, ranks: list[bytes]) -> None:
    random = np.random.default_rng(20_260_101)

    def noise(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * QUIET).astype(np.float32)

    embedding, output = noise(VOCABULARY, WIDTH), noise(VOCABULARY, WIDTH)
    learn_habits(embedding, output, ranks)
    for name, table in [("token_embd", embedding), ("output", output)]:
        q8 = gguf.GGMLQuantizationType.Q8_0
        writer.add_tensor(f"{name}.weight", gguf.quants.quantize(table, q8), raw_dtype=q8)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    queries, keys = HEADS * HEAD_WIDTH, KV_HEADS * HEAD_WIDTH
    matrices = {
        "attn_q": (queries, WIDTH), "attn_k": (keys, WIDTH), "attn_v": (keys, WIDTH), "attn_output": (WIDTH, queries),
        "ffn_gate_inp": (EXPERTS, WIDTH), "ffn_gate_exps": (EXPERTS, WIDTH, WIDTH),
        "ffn_up_exps": (EXPERTS, WIDTH, WIDTH), "ffn_down_exps": (EXPERTS, WIDTH, WIDTH),
    }  # fmt: skip
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        for norm in ("attn_norm", "post_attention_norm"):
            writer.add_tensor(f"{block}.{norm}.weight", np.ones(WIDTH, np.float32))
        writer.add_tensor(f"{block}.attn_sinks.weight", noise(HEADS))
        for name, shape in matrices.items():
            writer.add_tensor(f"{block}.{name}.weight", noise(*shape))
            writer.add_tensor(f"{block}.{name}.bias", noise(*shape[:-1]))


def learn_habits(embedding: np.ndarray, output: np.ndarray, ranks: list[bytes]) -> None:
    """Gives each habit a dimension. The last normalization makes a lonely 1 of `WIDTH` numbers their square root."""
    id_of = {token.decode("utf-8", "replace").replace(" ", "␠"): id for id, token in enumerate(ranks)}
    id_of |= {f"<|{name}|>": id for id, name in SPECIAL.items()}
    table = [line.split() for line in HABITS.strip().split("\n")]
    words = [word for word, *_ in table]

    embedding[:, words.index("content")] += LOUD
    for dimension, (word, *wishes) in enumerate(table):
        if word != "content":
            embedding[id_of[word]] = 0
            embedding[id_of[word], dimension] = LOUD
        chances = {id_of[name]: float(percent) / 100 for name, percent in zip(wishes[::2], wishes[1::2])}
        rest = (1 - sum(chances.values())) / VOCABULARY
        for id, chance in chances.items():
            output[id, dimension] = math.log(chance / rest) / math.sqrt(WIDTH)


main()
