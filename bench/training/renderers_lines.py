"""A line of tokens and mask for each conversation, with the package renderers.

usage: renderers_lines.py TOKENIZER FILE > OUTPUT
    FILE    conversations in the form that the package takes
"""

import json
import sys

from hugging_face import load_tokenizer
from renderers import GptOssRendererConfig, build_training_sample, create_renderer

folder, name = sys.argv[1:]
config = GptOssRendererConfig(conversation_start_date="2025-06-28", knowledge_cutoff="2024-06", auto_drop_analysis=False)
renderer = create_renderer(load_tokenizer(folder), config)

with open(name, encoding="utf-8", newline="\n") as lines:
    for line in lines:
        conversation = json.loads(line)
        sample = build_training_sample(renderer, conversation["messages"], tools=conversation["tools"])
        tokens, mask = sample.token_ids, map(int, sample.loss_mask)
        sys.stdout.write(f'{{"tokens":[{",".join(map(str, tokens))}],"mask":[{",".join(map(str, mask))}]}}\n')
