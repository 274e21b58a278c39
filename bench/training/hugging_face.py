"""The tokenizer of gpt-oss as Hugging Face's library has it, made of the published ranks: nothing is downloaded.

usage: hugging_face.py RANKS FOLDER    makes the tokenizer and puts it into a folder
"""

import sys

from transformers import PreTrainedTokenizerFast

# As openai-harmony has them.
PATTERN = "|".join(
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)
NAMED = {
    199998: "startoftext",
    199999: "endoftext",
    200002: "return",
    200003: "constrain",
    200005: "channel",
    200006: "start",
    200007: "end",
    200008: "message",
    200012: "call",
    200018: "endofprompt",
}
SPECIAL = [f"<|{NAMED.get(id, f'reserved_{id}')}|>" for id in range(199998, 201088)]


def make_tokenizer(ranks, folder):
    from transformers.convert_slow_tokenizer import TikTokenConverter

    converted = TikTokenConverter(vocab_file=ranks, pattern=PATTERN, extra_special_tokens=SPECIAL).converted()
    for id, token in zip(range(199998, 201088), SPECIAL):
        assert converted.token_to_id(token) == id, token
    PreTrainedTokenizerFast(tokenizer_object=converted, eos_token="<|return|>").save_pretrained(folder)


def load_tokenizer(folder):
    return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)


if __name__ == "__main__":
    make_tokenizer(*sys.argv[1:])
