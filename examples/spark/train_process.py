"""Conversations to tokens and loss masks, by one `harmony-format train` for a whole partition.

The process reads a conversation a line, and writes a line for each that it could render. So that each line finds its row
again, a conversation that nobody else has, the marker, is written behind every row: what comes out between two markers is
what became of one row. Why a row was left out comes through a pipe of its own, by line number.

Memory does not depend on the size of the partition. Rows wait in the pipes, and a full pipe makes the thread that writes
wait for the one that reads.
"""

import json
import os
import secrets
import subprocess
import tempfile
import threading
from collections import deque

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from train_lines import MASK, TOKENS, columns_of

# How many bytes are read from the process before rows are passed on.
BLOCK = 1 << 20
# What a pipe holds where the system allows it: Linux does.
PIPE = 1 << 20

REASON = ["code", "place", "message", "remedy"]


def train(batches, command):
    """What becomes of rows with the columns id and conversation: batches of the columns of `result_schema`."""
    process = TrainProcess(batches, command)
    try:
        yield from process.results()
    finally:
        process.close()


def result_schema(id_type):
    """A row of the result. What was rendered has no reason, and what was rejected no tokens."""
    fields = [("outcome", pa.string()), ("id", id_type), ("tokens", TOKENS), ("mask", MASK), ("length", pa.int32())]
    return pa.schema([*fields, ("conversation", pa.string()), *((name, pa.string()) for name in REASON)])


class TrainProcess:
    """A running `harmony-format train`."""

    def __init__(self, batches, command):
        self._batches = batches
        # Rows that have been written, or are about to be, and of which nothing has come back.
        self._waiting = deque()
        self._reasons = {}
        self._failure = None
        self._marker = json.dumps({"messages": [{"role": "user", "content": secrets.token_hex(16)}]}).encode() + b"\n"
        self._stderr = tempfile.TemporaryFile()
        reasons_from, reasons_to = os.pipe()
        options = ["--input", "jsonl", "--quiet", "--errors", f"/dev/fd/{reasons_to}"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._stderr, "pass_fds": [reasons_to]}
        try:
            self._process = subprocess.Popen([*command, *options], bufsize=0, **pipes)
        except OSError as error:
            os.close(reasons_from)
            raise RuntimeError(f"{command[0]} does not start on this worker: {error}") from error
        finally:
            os.close(reasons_to)
        for pipe in (self._process.stdin, self._process.stdout):
            enlarge(pipe.fileno())
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._reporter = threading.Thread(target=self._read_reasons, args=[reasons_from], daemon=True)
        self._writer.start()
        self._reporter.start()

    def results(self):
        marker = None
        rest = b""
        done = 0
        rejected = deque()
        for block in self._blocks():
            block = rest + block
            if marker is None:
                # The first line is the marker, as it comes out.
                end = block.index(b"\n") + 1
                marker, block = block[:end], block[end:]
            *lines, rest = block.split(marker)
            if not lines:
                continue
            rows = self._take(len(lines))
            good = [index for index, line in enumerate(lines) if line]
            if good:
                yield self._rendered(rows.take(pa.array(good)), [lines[index] for index in good])
            # Before the first row there is a marker; then each row takes a line, and its marker another.
            rejected.extend(
                (2 * (done + index) + 2, rows.slice(index, 1)) for index, line in enumerate(lines) if not line
            )
            done += len(lines)
            known = []
            while rejected and (rejected[0][0] in self._reasons or is_blank(rejected[0][1])):
                known.append(rejected.popleft())
            if known:
                yield self._rejected(known)
        self._finish(complete=marker is not None and rest == b"" and not any(map(len, self._waiting)))
        if rejected:
            yield self._rejected(rejected)

    def close(self):
        """Ends the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._stderr.close()

    def _write(self):
        to = self._process.stdin.fileno()
        try:
            write_all(to, self._marker)
            for batch in self._batches:
                self._waiting.append(batch)
                texts = pc.fill_null(batch.column("conversation").cast(pa.binary()), b"")
                # A line break would end the line. The other one means the same in JSON: nothing between values, and an
                # error in a string.
                texts = pc.replace_substring(texts, b"\n", b"\r")
                lines = pc.binary_join_element_wise(texts, self._marker, b"\n")
                _, offsets, data = lines.buffers()
                ends = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
                if len(lines) > 0:
                    write_all(to, memoryview(data)[ends[0] : ends[-1]])
        except BrokenPipeError:
            pass  # The process has ended; its exit code and standard error say why.
        except BaseException as error:
            self._failure = error
            self._process.kill()
        finally:
            self._process.stdin.close()

    def _read_reasons(self, pipe):
        with open(pipe, encoding="utf-8") as lines:
            for line in lines:
                problem = json.loads(line)
                if problem["kind"] == "error":
                    self._reasons[problem["line"]] = problem

    def _blocks(self):
        """What the process writes, in pieces that end with a line."""
        pieces, size = [], 0
        while piece := self._process.stdout.read(BLOCK):
            pieces.append(piece)
            size += len(piece)
            if size < BLOCK or b"\n" not in piece:
                continue
            block = b"".join(pieces)
            end = block.rindex(b"\n") + 1
            yield block[:end]
            pieces, size = [block[end:]], len(block) - end
        if size > 0:
            yield b"".join(pieces)

    def _take(self, count):
        """The next rows of those that wait."""
        taken = []
        while count > 0:
            batch = self._waiting.popleft()
            if len(batch) > count:
                self._waiting.appendleft(batch.slice(count))
                batch = batch.slice(0, count)
            taken.append(batch)
            count -= len(batch)
        return pa.Table.from_batches(taken).combine_chunks()

    def _rendered(self, rows, lines):
        tokens, mask, length = columns_of(lines)
        ids = rows.column("id").combine_chunks()
        return record_batch({"outcome": ["rendered"] * len(ids), "id": ids, "tokens": tokens, "mask": mask, "length": length})

    def _rejected(self, numbered):
        rows = pa.concat_tables([row for _, row in numbered]).combine_chunks()
        blank = {"code": "blank", "message": "there is no conversation", "remedy": "leave the row out"}
        reasons = [self._reasons.pop(line, blank) for line, _ in numbered]
        return record_batch(
            {
                "outcome": ["rejected"] * len(reasons),
                "id": rows.column("id").combine_chunks(),
                "conversation": rows.column("conversation").combine_chunks(),
                **{name: [reason.get(name) for reason in reasons] for name in REASON},
            }
        )

    def _finish(self, complete):
        """Makes sure that the process has ended well, and has answered for every row."""
        code = self._process.wait()
        self._writer.join()
        self._reporter.join()
        if self._failure is not None:
            raise self._failure
        # 1 says that rows were left out.
        if code not in (0, 1) or not complete:
            self._stderr.seek(0)
            said = self._stderr.read().decode(errors="replace").strip()
            raise RuntimeError(f"harmony-format train ended with code {code} before the rows did: {said}")


def record_batch(columns):
    """A batch of the result; what is not named is null."""
    count = len(columns["id"])
    schema = result_schema(columns["id"].type)
    arrays = [columns[field.name] if field.name in columns else pa.nulls(count, field.type) for field in schema]
    return pa.RecordBatch.from_arrays(
        [pa.array(array, type=field.type) if isinstance(array, list) else array for array, field in zip(arrays, schema)],
        schema=schema,
    )


def is_blank(row):
    """Whether a row has no text. No reason comes for such a row: for the process it is an empty line."""
    text = row.column("conversation")[0].as_py()
    return text is None or not text.strip()


def write_all(to, data):
    data = memoryview(data)
    while len(data) > 0:
        data = data[os.write(to, data) :]


def enlarge(pipe):
    """Makes a pipe hold more, so that the two sides need not wait for each other so often."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
    except (ImportError, AttributeError, OSError):
        pass
