"""What `harmony-format train FILE` does, with openai-harmony: a line of tokens and mask for each conversation, byte for byte.

usage: python_lines.py FILE > OUTPUT
"""

import sys

from reference import train

with open(sys.argv[1], encoding="utf-8", newline="\n") as lines:
    for line in lines:
        tokens, mask = train(line)
        sys.stdout.write(f'{{"tokens":[{",".join(map(str, tokens))}],"mask":[{",".join(map(str, mask))}]}}\n')
