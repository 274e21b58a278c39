"""One contender in Python, in a process of its own: the questions and answers of workers/node.mjs.

usage: worker.py CONTENDER [once]    once: load, encode one text, end
"""

import hashlib
import json
import os
import sys
import time
from array import array

VOCABULARY = os.environ["TIKTOKEN_ENCODINGS_BASE"]


class OpenaiHarmony:
    def __init__(self):
        import openai_harmony

        self.module = openai_harmony
        self.encoding = openai_harmony.load_harmony_encoding("HarmonyGptOss")

    def encode(self, text):
        return self.encoding.encode(text, disallowed_special=())

    def decode(self, tokens):
        return self.encoding.decode_utf8(tokens)

    def conversation(self, text):
        return self.module.Conversation.from_json(text)

    def render(self, conversation):
        return self.encoding.render_conversation_for_completion(conversation, self.module.Role.ASSISTANT)

    def parser(self):
        return self.module.StreamableParser(self.encoding, self.module.Role.ASSISTANT)


class Tiktoken:
    def __init__(self):
        import tiktoken
        import tiktoken_ext.openai_public as public
        from tiktoken.load import load_tiktoken_bpe

        public.load_tiktoken_bpe = lambda _, expected_hash: load_tiktoken_bpe(
            os.path.join(VOCABULARY, "o200k_base.tiktoken"), expected_hash
        )
        self.encoding = tiktoken.Encoding(**public.o200k_base())
        self.encode = self.encoding.encode_ordinary
        self.decode = self.encoding.decode


class Quicktok:
    def __init__(self):
        import quicktok

        self.encoding = quicktok.get_encoding("o200k_harmony")
        self.encode = self.encoding.encode_ordinary
        self.count = self.encoding.count
        self.decode = self.encoding.decode


CONTENDERS = {"openai-harmony": OpenaiHarmony, "tiktoken": Tiktoken, "quicktok-v1": Quicktok}
contents = {}
token_lists = {}
adapter = None


def text_of(file):
    with open(file, encoding="utf-8") as opened:
        return opened.read()


def read(question):
    file = question["file"]
    if file not in contents:
        contents[file] = json.loads(text_of(file))
    content = contents[file]
    items = content["completions"] if isinstance(content, dict) else content
    return items[: question.get("limit")]


def tokens_of(question):
    key = (question["file"], question.get("limit"))
    if key not in token_lists:
        token_lists[key] = [adapter.encode(text) for text in read(question)]
    return token_lists[key]


def sha256(data):
    return hashlib.sha256(data).hexdigest()[:16]


def encode_pass(question):
    texts, encode = read(question), adapter.encode

    def run():
        for text in texts:
            encode(text)

    return run


def count_pass(question):
    texts, count = read(question), adapter.count

    def run():
        for text in texts:
            count(text)

    return run


def decode_pass(question):
    lists, decode = tokens_of(question), adapter.decode

    def run():
        for tokens in lists:
            decode(tokens)

    return run


def parse_pass(question):
    completions, content = read(question), question.get("content")

    def run():
        size = 0
        for tokens in completions:
            parser = adapter.parser()
            for token in tokens:
                parser.process(token)
                delta = parser.current_content if content else parser.last_content_delta
                if delta is not None:
                    size += len(delta)
        return size

    return run


def render_pass(question):
    conversation = adapter.conversation(text_of(question["file"]))
    return lambda: adapter.render(conversation)


def parse_digest(question):
    digests = []
    for tokens in read(question):
        parser = adapter.parser()
        text = "".join(parser.process(token).last_content_delta or "" for token in tokens)
        digests.append(f"{len(parser.messages)} {sha256(text.encode())}")
    return digests


PASSES = {"encode": encode_pass, "count": count_pass, "decode": decode_pass, "parse": parse_pass, "render": render_pass}
DIGESTS = {
    "encode": lambda question: [sha256(array("I", adapter.encode(text)).tobytes()) for text in read(question)],
    "count": lambda question: [str(adapter.count(text)) for text in read(question)],
    "decode": lambda question: [sha256(adapter.decode(tokens).encode()) for tokens in tokens_of(question)],
    "parse": parse_digest,
    "render": lambda question: [sha256(array("I", render_pass(question)()).tobytes())],
}


def time_of(question):
    run = PASSES[question["of"]](question)
    at_least = question.get("atLeast", 0) * 1e6
    start = time.perf_counter_ns()
    passes = 0
    while True:
        run()
        passes += 1
        elapsed = time.perf_counter_ns() - start
        if elapsed >= at_least:
            return elapsed / passes / 1e6


def answer(question):
    global adapter
    if question["ask"] == "load":
        adapter = CONTENDERS[sys.argv[1]]()
        return True
    if question["ask"] == "digest":
        return DIGESTS[question["of"]](question)
    return time_of(question)


if sys.argv[2:] == ["once"]:
    CONTENDERS[sys.argv[1]]().encode("hello world")
    sys.exit()

for line in sys.stdin:
    try:
        reply = {"ok": answer(json.loads(line))}
    except BaseException as error:  # a panic of Rust code is not an Exception
        reply = {"error": f"{type(error).__name__}: {error}"[:200]}
    print(json.dumps(reply), flush=True)
