import fc from "fast-check";
import { expect, test } from "vitest";
import { SequenceLines } from "../../src/cli/training/sequence-line.js";
import { testProperty } from "../property.js";

const lines = new SequenceLines();
const written = (tokens: number[], mask: number[], lengths?: number[]): string => {
  const sequence = { tokens: Uint32Array.from(tokens), mask: Uint8Array.from(mask) };
  return new TextDecoder().decode(lines.line(lengths === undefined ? sequence : { ...sequence, lengths }));
};
const expected = (tokens: number[], mask: number[], lengths?: number[]): string =>
  `${JSON.stringify({ tokens, mask, lengths })}\n`;

test("every id is written as JSON.stringify writes it", () => {
  const tokens = Array.from({ length: 201_088 }, (_, id) => id);
  expect(written(tokens, [])).toBe(expected(tokens, []));
});

testProperty(
  "a line is that of JSON.stringify",
  [
    fc.array(fc.nat({ max: 201_087 })),
    fc.array(fc.nat({ max: 1 })),
    fc.option(fc.array(fc.nat({ max: 2 ** 31 - 1 })), { nil: undefined }),
  ],
  (tokens, mask, lengths) => {
    expect(written(tokens, mask, lengths)).toBe(expected(tokens, mask, lengths));
  },
  { runs: 5_000 },
);
