"""Checks objects by the models that OpenAI makes from its published schema. JSON lines in, JSON lines out.

In: {"type": "ChatCompletion", "value": …}, where the type is a model or union of openai.types, such as
"chat.ChatCompletionChunk" or "responses.ResponseStreamEvent".
Out: for each line a list of what is wrong, as "path: message"; empty if nothing is.
"""

import functools
import importlib
import json
import sys

from pydantic import TypeAdapter, ValidationError


@functools.cache
def adapter(name):
    module, _, model = name.rpartition(".")
    return TypeAdapter(getattr(importlib.import_module(f"openai.types.{module}"), model))


def mistakes(name, value):
    try:
        # Strict, so that "1" is not a number; as JSON, so that a list is a list.
        adapter(name).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        return [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()]
    return []


for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(mistakes(question["type"], question["value"])))
