"""The lines that `harmony-format train` writes, as columns of Arrow. A thousand times `json.loads` would take longer than the
rendering itself, so that the numbers of all lines are read at once."""

import numpy as np
import pyarrow as pa

TOKENS = pa.list_(pa.field("element", pa.int32()))
MASK = pa.list_(pa.field("element", pa.int8()))

BEFORE, BETWEEN, BEHIND = b'{"tokens":[', b'],"mask":[', b"]}\n"
COMMA, ZERO = ord(","), ord("0")
# The largest id has six digits.
DIGITS = 6


def columns_of(lines):
    """The columns tokens, mask and length of lines of JSON."""
    tokens, masks, lengths = [], [], []
    for line in lines:
        end = line.find(BETWEEN)
        if end < 0 or not line.startswith(BEFORE) or not line.endswith(BEHIND):
            raise ValueError(f"harmony-format train wrote what this job does not know: {line[:80]!r}")
        mask = line[end + len(BETWEEN) : -len(BEHIND)]
        # A digit for each token, with commas between them.
        lengths.append((len(mask) + 1) // 2)
        if mask:
            tokens.append(line[len(BEFORE) : end])
            masks.append(mask)
    token_values = numbers_of(b",".join(tokens))
    mask_values = (np.frombuffer(b",".join(masks), dtype=np.uint8)[::2] - ZERO).astype(np.int8)
    offsets = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    if not len(token_values) == len(mask_values) == offsets[-1] or (mask_values >> 1).any():
        raise ValueError("harmony-format train wrote masks that do not fit its tokens")
    return (
        pa.ListArray.from_arrays(pa.array(offsets), pa.array(token_values), type=TOKENS),
        pa.ListArray.from_arrays(pa.array(offsets), pa.array(mask_values), type=MASK),
        pa.array(np.diff(offsets), type=pa.int32()),
    )


def numbers_of(text):
    """Numbers with commas between them."""
    if not text:
        return np.zeros(0, dtype=np.int32)
    characters = np.frombuffer(text, dtype=np.uint8)
    ends = np.append(np.flatnonzero(characters == COMMA), len(text))
    widths = np.diff(ends, prepend=-1) - 1
    digits = characters - np.uint8(ZERO)
    if widths.min() < 1 or widths.max() > DIGITS or np.count_nonzero(digits > 9) != len(ends) - 1:
        raise ValueError("harmony-format train wrote tokens that are not ids")
    numbers = np.zeros(len(ends), dtype=np.int32)
    for place in range(widths.max()):
        # Of a number with fewer digits, what stands here is another number's, and counts nothing.
        digit = digits[np.maximum(ends - 1 - place, 0)].astype(np.int32)
        numbers += np.where(widths > place, digit, 0) * 10**place
    return numbers
