"""Conversations to tokens and loss masks with openai-harmony, as a trainer in Python does it.

usage: python.py FILE    a conversation in JSON on each line
"""

import hashlib
import json
import sys
import time
from array import array

from reference import train

with open(sys.argv[1], encoding="utf-8") as file:
    lines = file.read().rstrip("\n").split("\n")
train(lines[0])

start = time.process_time()
all_tokens = array("I")
all_masks = bytearray()
for line in lines:
    tokens, mask = train(line)
    all_tokens.extend(tokens)
    all_masks += mask
seconds = time.process_time() - start

digest = hashlib.sha256(all_tokens.tobytes())
digest.update(all_masks)
print(
    json.dumps(
        {"seconds": seconds, "tokens": len(all_tokens), "learned": sum(all_masks), "digest": digest.hexdigest()}
    )
)
