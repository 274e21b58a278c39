"""Conversations of our own for every situation that the reference's documentation and test data show.

Each is written with the reference's own classes and answered by the reference; `generate.py` writes the rows to documented.jsonl.
A row is a row of another file (`kind` says of which) with a `name`. tests/documented builds the same conversations with our classes.
"""
import json

from openai_harmony import (Author, Conversation, DeveloperContent, Message, ReasoningEffort, Role, SystemContent, ToolDescription,
                            ToolNamespaceConfig)

TRAIN = {"type": "object", "properties": {"station": {"type": "string", "description": "Where to board, e.g. Oslo S"},
                                          "class": {"type": "string", "enum": ["first", "second"], "default": "second"}}, "required": ["station"]}
TRAINS = {"type": "object", "properties": {"stations": {"type": "array", "items": {"type": "string"}, "description": 'Where to board, e.g. ["Oslo S", "Bergen"]'},
                                           "class": {"type": "string", "enum": ["first", "second"], "default": "second"}}, "required": ["stations"]}
EVERYTHING = {"description": "what to book", "type": "object", "properties": {
    "label": {"type": "string", "title": "LABEL", "description": "Any words", "examples": ["for Ida", "for work"]},
    "seat": {"type": "string", "nullable": True, "description": "May be left open", "default": "by the window"},
    "meal": {"type": "string", "enum": ["soup", "salad", "none"]},
    "luggage": {"oneOf": [{"type": "string", "default": "one bag"}, {"type": "number", "description": "kilograms, where they are known"}],
                "description": "what comes along", "default": 12},
    "stops": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "minutes": {"type": "integer"}}}},
}}

user = lambda text: Message.from_role_and_content(Role.USER, text)
assistant = lambda text, channel: Message.from_role_and_content(Role.ASSISTANT, text).with_channel(channel)
system = lambda content: Message.from_role_and_content(Role.SYSTEM, content)
developer = lambda content: Message.from_role_and_content(Role.DEVELOPER, content)
tool = lambda name, text: Message.from_author_and_content(Author.new(Role.TOOL, name), text)
instructions = lambda text: developer(DeveloperContent.new().with_instructions(text))
dated = lambda: SystemContent.new().with_conversation_start_date("2031-02-03")

QUESTION = "Which river runs through the most countries?"
RIVERS = [user("How long is the Glomma?"), assistant("They want a length in kilometres.", "analysis"), assistant("About 620 km.", "final")]
NEXT_TRAIN = ToolDescription.new("next_train", "Looks up when the next train leaves. Pass the 'station' as people call it.",
                                 {"type": "object", "properties": {"station": {"type": "string"}}, "required": ["station"]})


def conversations():
    """Name, messages, operation and whether finished analysis is dropped."""
    yield "system message with the defaults", [system(SystemContent.new()), user(QUESTION)], "completion", True
    for effort in ("LOW", "MEDIUM", "HIGH"):
        message = system(SystemContent.new().with_reasoning_effort(ReasoningEffort[effort]))
        yield f"effort {effort}, with instructions", [message, instructions("Answer as a ship's captain would."), user(QUESTION)], "completion", True
        yield f"effort {effort}, without instructions", [message, user(QUESTION)], "completion", True
    channels = SystemContent.new().with_required_channels(["analysis", "final"])
    yield "two required channels", [system(channels), user(QUESTION)], "completion", True
    yield "two required channels and high effort", [system(SystemContent.new().with_reasoning_effort(ReasoningEffort.HIGH).with_required_channels(["analysis", "final"])), user(QUESTION)], "completion", True
    yield "dates", [system(SystemContent.new().with_conversation_start_date("2030-11-12").with_knowledge_cutoff("2029-08").with_required_channels(["analysis", "final"])), user(QUESTION)], "completion", True
    yield "an identity of its own", [system(SystemContent.new().with_model_identity("You are the voice of a railway station.")), user(QUESTION)], "completion", True
    yield "no tools", [system(dated())], "completion", True
    yield "the browser tool", [system(dated().with_browser_tool())], "completion", True
    yield "the browser and the python tool", [system(dated().with_browser_tool().with_python_tool())], "completion", True
    yield "the browser tool and a function", [system(dated().with_browser_tool()), developer(DeveloperContent.new().with_function_tools([NEXT_TRAIN]))], "completion", True
    functions = DeveloperContent.new().with_instructions("Keep to the timetable.").with_function_tools([
        ToolDescription.new("here", "Tells the station where the caller is."),
        ToolDescription.new("train_from", "Finds the next train from a station.", TRAIN),
        ToolDescription.new("trains_from", "Finds the next train from each of several stations.", TRAINS),
        ToolDescription.new("book", "Books a journey, with all that can be said of one.", EVERYTHING)])
    yield "functions with rich parameters", [system(dated().with_reasoning_effort(ReasoningEffort.HIGH)), developer(functions), user("When can I leave for Bergen?")], "completion", True
    museum = ToolNamespaceConfig(name="museum", description="Rooms and what hangs in them.", tools=[ToolDescription.new("room", "Describes a room.", {"type": "object", "properties": {"number": {"type": "integer"}}})])
    yield "a namespace of tools", [system(SystemContent.new()), developer(DeveloperContent.new().with_tools(museum)), user("What is in room 4?")], "completion", True
    yield "a response format in the instructions", [instructions('You plan journeys.\n\n# Response Formats\n\n## journey\n\n{"type":"object","properties":{"legs":{"type":"array","items":{"type":"string"}}}}'), user("From Oslo to Tromsø, please")], "completion", True
    yield "analysis before the last answer is dropped", [*RIVERS, user("And the Rhine?")], "completion", True
    yield "analysis is kept where that is asked for", [*RIVERS, user("And the Rhine?")], "completion", False
    # The reference's `with_…` change the message itself: each conversation needs a call of its own.
    call = lambda: assistant('{"station": "Oslo S"}', "commentary").with_recipient("functions.next_train")
    result = '{"leaves": "11:25", "track": 4}'
    ongoing = [user("When does the next train leave?"), assistant("The station is missing; “Oslo S” is likely. Ask next_train.", "analysis"),
               call().with_content_type("<|constrain|>json"), tool("functions.next_train", result)]
    yield "analysis is kept while a call is open", ongoing, "completion", True
    yield "the result of a tool, addressed to the assistant", [*ongoing[:3], tool("functions.next_train", result).with_channel("commentary").with_recipient("assistant")], "completion", True
    yield "a content type spelled with a space", [system(dated()), developer(functions), user("Next train?"), call().with_content_type("<|constrain|> json"),
                                                  tool("functions.train_from", result).with_channel("commentary").with_recipient("assistant")], "completion", True
    yield "analysis after the last answer is kept", [*RIVERS, user("And the Rhine?"), assistant("Another length.", "analysis"), assistant("About 1,230 km.", "final")], "conversation", True
    yield "a conversation to train on", [*RIVERS, user("And the Rhine?"), assistant("About 1,230 km.", "final")], "training", True
    yield "a commentary before calls", [user("Build me a timetable."), assistant("**Plan**: 1. Ask for the trains 2. Draw the table", "commentary"), call(), tool("functions.next_train", result)], "completion", True


THINKING = '<|channel|>analysis<|message|>A river, so a length. Say it in km.<|end|><|start|>assistant<|channel|>final<|message|>It is 620 km long.<|return|>'
CALLING = ('<|channel|>analysis<|message|>The timetable must be asked.<|end|><|start|>assistant<|channel|>commentary to=functions.next_train '
           '<|constrain|>json<|message|>{"station":"Oslo S"}<|call|>')
BROWSING = ('<|channel|>analysis<|message|>“Who leads the railway?” It may have changed since 2024-06; better look.<|end|><|start|>assistant<|channel|>commentary '
            'to=browser.search code<|message|>{"query": "railway director", "topn": 4, "source": "news"}<|call|><|start|>browser.search '
            'to=assistant<|channel|>commentary<|message|>{"result": "https://example.com/"}<|end|>')
COMPLETIONS = [
    ("an answer with its reasoning", THINKING, "assistant", True),
    ("an answer cut off in its last message", THINKING.removesuffix("<|return|>").replace("<|end|>", "<|return|>"), "assistant", True),
    ("a call of a function", CALLING, "assistant", True),
    ("a call on the analysis channel, cut off", '<|channel|>analysis<|message|>Ask the station board.<|return|><|start|>assistant to=station_board<|channel|>analysis code<|message|>{"station": "Oslo S"}', "assistant", True),
    ("a plan, and a call without a space before its type", '<|channel|>commentary<|message|>**Plan**: 1. Ask 2. Draw<|end|><|start|>assistant<|channel|>commentary to=functions.draw<|constrain|>json<|message|>{"rows": 3}<|call|>', "assistant", True),
    ("the result of a tool", '<|start|>browser.search to=assistant<|channel|>commentary<|message|>{"result": "https://example.com/"}', None, True),
    ("a session with the browser", BROWSING, "assistant", True),
    ("a header without its message token", "<|channel|>final It is 620 km long.<|end|>", "assistant", True),
    ("a header without its message token, read permissively", "<|channel|>final It is 620 km long.<|end|>", "assistant", False),
]


def rows(enc, attempt, stream_row):
    """The rows; `attempt` gives a result or the refusal, `stream_row` the answers of the streaming parser."""
    inner = enc._inner
    for name, messages, op, drop in conversations():
        js = Conversation.from_messages(messages).to_json()
        config = {"auto_drop_analysis": drop}
        row = {"name": name, "kind": "render", "conversation": js, "op": op, "auto_drop_analysis": drop}
        if op == "completion":
            row["next_role"] = "assistant"
            tokens = inner.render_conversation_for_completion(js, "assistant", config)
        else:
            tokens = {"conversation": inner.render_conversation, "training": inner.render_conversation_for_training}[op](js, config)
        yield {**row, "tokens": tokens, "text": enc.decode_utf8(tokens)}
    answer = tool("functions.next_train", '{"leaves": "11:25"}').with_channel("commentary").with_recipient("assistant")
    yield {"name": "one message: the result of a tool", "kind": "render_message", "input": answer.to_json(),
           "options": {"conversation_has_function_tools": False}, "tokens": inner.render(answer.to_json(), {"conversation_has_function_tools": False})}
    for name, text, role, strict in COMPLETIONS:
        ts = inner.encode(text, inner.special_tokens())
        a = attempt(lambda: json.loads(inner.parse_messages_from_completion_tokens(ts, role, strict)))
        yield {"name": name, "kind": "parse", "tokens": ts, "role": role, "strict": strict, **({"messages": a["ok"]} if "ok" in a else a)}
        yield {"name": name + ", token by token", "kind": "stream", **stream_row(ts, role, strict)}
    unknown = [99999999]
    yield {"name": "a token that does not exist", "kind": "decode", "tokens": unknown, "utf8": attempt(lambda: enc.decode_utf8(unknown)),
           "replace": attempt(lambda: enc.decode(unknown)), "bytes": attempt(lambda: list(inner.decode_bytes(unknown)))}
    spelled = "all aboard <|start|>"
    yield {"name": "a text that spells a special token", "kind": "encode", "text": spelled, "allowed_special": [], "disallowed_special": "all",
           **attempt(lambda: enc.encode(spelled))}
