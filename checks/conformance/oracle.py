"""Answer questions with the reference itself: one JSON row per line in, the same row with its answer out.

usage: TIKTOKEN_ENCODINGS_BASE=DIR oracle.py
A question is {"kind": …, "row": …} with a row as tests/vectors/README.md describes it; what it already holds as an answer
is replaced. Used to shrink a case on which the two disagree.
"""
import json
import sys

from openai_harmony import Role, StreamableParser, load_harmony_encoding

encoding = load_harmony_encoding("HarmonyGptOss")
inner = encoding._inner


def attempt(ask):
    try:
        return {"ok": ask()}
    except Exception as error:  # the reference's own words are part of the answer
        return {"error": type(error).__name__, "message": str(error)[:600]}
    except BaseException as error:  # a panic of its core
        return {"error": "panic", "message": type(error).__name__}


def answered(row, name, ask, also=lambda ok: {}):
    answer = attempt(ask)
    return {**row, **({name: answer["ok"], **also(answer["ok"])} if "ok" in answer else answer)}


def special(names):
    return names if names == "all" else set(names)


def encode(row):
    text, allowed, disallowed = row["text"], row.get("allowed_special"), row.get("disallowed_special")
    if allowed is None:
        return answered(row, "tokens", lambda: inner.encode(text, []))
    return answered(
        row,
        "tokens",
        lambda: encoding.encode(text, allowed_special=special(allowed), disallowed_special=special(disallowed or [])),
    )


def decode(row):
    tokens = row["tokens"]
    return {
        "tokens": tokens,
        "utf8": attempt(lambda: encoding.decode_utf8(tokens)),
        "replace": attempt(lambda: encoding.decode(tokens)),
        "bytes": attempt(lambda: list(inner.decode_bytes(tokens))),
    }


def render(row):
    text, config = row["conversation"], {"auto_drop_analysis": row["auto_drop_analysis"]}
    calls = {
        "completion": lambda: inner.render_conversation_for_completion(text, row["next_role"], config),
        "conversation": lambda: inner.render_conversation(text, config),
        "training": lambda: inner.render_conversation_for_training(text, config),
    }
    return answered(row, "tokens", calls[row["op"]], lambda tokens: {"text": encoding.decode_utf8(tokens)})


def render_message(row):
    return answered(row, "tokens", lambda: inner.render(row["input"], row["options"]))


def parse(row):
    return answered(
        row,
        "messages",
        lambda: json.loads(inner.parse_messages_from_completion_tokens(row["tokens"], row["role"], row["strict"])),
    )


def stream(row):
    parser = StreamableParser(encoding, None if row["role"] is None else Role(row["role"]), strict=row["strict"])
    steps, data = [], None
    for token in row["tokens"] + [None]:
        if token is None:
            data = attempt(lambda: parser.state_data).get("ok")
        outcome = attempt(lambda: (parser.process_eos() if token is None else parser.process(token)) and None)
        if "error" in outcome:
            steps.append(outcome)
            if sum(isinstance(step, dict) for step in steps) == 3:
                break
            continue
        content = attempt(lambda: parser.current_content)
        role = parser.current_role
        steps.append(
            [
                parser.state_data["state"],
                role and role.value,
                parser.current_channel,
                parser.current_recipient,
                parser.current_content_type,
                parser.last_content_delta,
                content.get("ok"),
                len(json.loads(parser._inner.messages)),
            ]
        )
    answer = {"steps": steps, "state_data": data, "fed": list(parser.tokens), "messages": json.loads(parser._inner.messages)}
    return {**row, **answer}


ANSWERS = {f.__name__: f for f in (encode, decode, render, render_message, parse, stream)}
QUESTIONS = {
    "encode": ("text", "allowed_special", "disallowed_special"),
    "decode": ("tokens",),
    "render": ("conversation", "op", "auto_drop_analysis", "next_role"),
    "render_message": ("input", "options"),
    "parse": ("tokens", "role", "strict"),
    "stream": ("tokens", "role", "strict"),
}

for line in sys.stdin:
    question = json.loads(line)
    row = {name: question["row"][name] for name in QUESTIONS[question["kind"]] if name in question["row"]}
    print(json.dumps(ANSWERS[question["kind"]](row)), flush=True)
