"""Compares the tables of the Spark job with what the command line writes for the same file, row by row.

usage: compare.py INPUT OUTPUT ERRORS TABLES
    INPUT   the conversations, JSONL
    OUTPUT  what `harmony-format train` wrote for it
    ERRORS  what it wrote to --errors
    TABLES  the folder that the job wrote
"""

import hashlib
import json
import sys

import pyarrow.parquet as pq

input_name, output_name, errors_name, tables = sys.argv[1:]


def lines_of(name):
    with open(name, encoding="utf-8", newline="\n") as lines:
        return [line.rstrip("\n") for line in lines]


def id_of(line):
    try:
        return json.loads(line)["id"]
    except ValueError:
        return hashlib.sha256(line.encode()).hexdigest()


lines = lines_of(input_name)
reasons = {problem["line"] - 1: problem for problem in map(json.loads, lines_of(errors_name))}
rendered = iter(map(json.loads, lines_of(output_name)))
expected, expected_rejected = {}, {}
for index, line in enumerate(lines):
    if index in reasons:
        expected_rejected[id_of(line)] = (line, *(reasons[index].get(name) for name in ("code", "place", "message", "remedy")))
    else:
        row = next(rendered)
        expected[id_of(line)] = (row["tokens"], row["mask"], len(row["tokens"]))
assert next(rendered, None) is None, "the command line wrote more than it should have"
assert len(expected) + len(expected_rejected) == len(lines), "ids are not unique"


def compare(outcome, columns, expected):
    table = pq.read_table(f"{tables}/outcome={outcome}", columns=["id", *columns], partitioning=None)
    ids = table.column("id").to_pylist()
    rows = zip(*(table.column(name).to_pylist() for name in columns))
    found = dict(zip(ids, rows))
    return {
        "rows": len(ids),
        "twice": len(ids) - len(found),
        "missing": len(expected.keys() - found.keys()),
        "unexpected": len(found.keys() - expected.keys()),
        "different": sum(found[id] != row for id, row in expected.items() if id in found),
    }


print(
    json.dumps(
        {
            "rendered": compare("rendered", ["tokens", "mask", "length"], expected),
            "rejected": compare("rejected", ["conversation", "code", "place", "message", "remedy"], expected_rejected),
        }
    )
)
