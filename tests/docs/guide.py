"""Asks the reference what it makes of the examples in docs/guide, and writes its answers to guide.jsonl.

A row holds an example as it stands on the page, and the answer: `conversation` with `tokens` and `text`, or `completion` with
`tokens` and `messages`, or with the `message` of the error in place of messages. openai-harmony 0.0.8; run it again after a
change of an example:

    TIKTOKEN_ENCODINGS_BASE=folder python tests/docs/guide.py

The folder holds `o200k_base.tiktoken`; `npm run conformance` sets up both in `.venv`.
"""
import json
import re
from pathlib import Path

from openai_harmony import HarmonyEncodingName, load_harmony_encoding

HERE = Path(__file__).parent
PAGES = sorted((HERE / "../../docs/guide").glob("*.md"))
encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
inner = encoding._inner


def examples(language):
    for page in PAGES:
        for found in re.finditer(rf"^```{language}\n(.*?)\n```$", page.read_text("utf-8"), re.M | re.S):
            yield found[1]


def rows():
    for conversation in examples("json conversation"):
        tokens = inner.render_conversation_for_completion(conversation, "assistant", {"auto_drop_analysis": True})
        yield {"conversation": conversation, "tokens": tokens, "text": encoding.decode_utf8(tokens)}
    for completion in examples("harmony completion"):
        tokens = inner.encode(completion, inner.special_tokens())
        row = {"completion": completion, "tokens": tokens}
        try:
            yield {**row, "messages": json.loads(inner.parse_messages_from_completion_tokens(tokens, "assistant", True))}
        except Exception as error:
            yield {**row, "message": str(error)}


with open(HERE / "guide.jsonl", "w", encoding="utf-8") as file:
    for row in rows():
        print(json.dumps(row, ensure_ascii=False), file=file)
