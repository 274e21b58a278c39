"""A line of tokens and mask for each conversation, with the chat template of gpt-oss as transformers runs it and TRL prepares it:
the template has TRL's marks of what the assistant writes, and the mask is `return_assistant_tokens_mask`.

usage: template_lines.py TOKENIZER TEMPLATE FILE > OUTPUT
    FILE    conversations in the form that the template takes
"""

import json
import sys

from hugging_face import load_tokenizer

folder, template, name = sys.argv[1:]
tokenizer = load_tokenizer(folder)
with open(template, encoding="utf-8") as file:
    tokenizer.chat_template = file.read()

with open(name, encoding="utf-8", newline="\n") as lines:
    for line in lines:
        conversation = json.loads(line)
        encoded = tokenizer.apply_chat_template(
            conversation["messages"],
            tools=conversation["tools"],
            tokenize=True,
            return_dict=True,
            return_assistant_tokens_mask=True,
        )
        tokens, mask = encoded["input_ids"], encoded["assistant_masks"]
        sys.stdout.write(f'{{"tokens":[{",".join(map(str, tokens))}],"mask":[{",".join(map(str, mask))}]}}\n')
