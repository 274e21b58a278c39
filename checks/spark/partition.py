"""Sends a long partition through one process, without Spark, and says how it went.

usage: partition.py INPUT.jsonl TIMES PROGRAM ...
"""

import json
import sys
import time
from pathlib import Path

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "spark"))
from train_process import train  # noqa: E402

name, times, *command = sys.argv[1:]
with open(name, encoding="utf-8", newline="\n") as file:
    lines = [line.rstrip("\n") for line in file]
given = 0


def batches():
    global given
    for _ in range(int(times)):
        for start in range(0, len(lines), 500):
            texts = lines[start : start + 500]
            yield pa.record_batch({"id": pa.array(range(given, given + len(texts))), "conversation": pa.array(texts)})
            given += len(texts)


def memory():
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[1]) * 4096


results = train(batches(), command)
returned = len(next(results))
# A reader that takes its time: the writer must wait for it.
time.sleep(2)
ahead = given - returned
sizes, ids = [], set()
for batch in results:
    ids.update(batch.column("id").to_pylist())
    returned += len(batch)
    sizes.append(memory())
early = max(sizes[: len(sizes) // 4])
print(json.dumps({"given": given, "returned": returned, "ahead": ahead, "early": early, "most": max(sizes)}))
