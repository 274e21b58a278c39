"""Conversations as Parquet. usage: to_parquet.py INPUT.jsonl OUTPUT.parquet"""

import hashlib
import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq


def id_of(line):
    try:
        return json.loads(line)["id"]
    except ValueError:
        return hashlib.sha256(line.encode()).hexdigest()


with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
    lines = [line.rstrip("\n") for line in file]
pq.write_table(pa.table({"id": [id_of(line) for line in lines], "text": lines}), sys.argv[2], row_group_size=500)
