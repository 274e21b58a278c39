import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packTokens, unpackTokens } from "../../src/shapes/carried-tokens.js";
import { LAST_SPECIAL_TOKEN } from "../../src/special-tokens.js";
import { testProperty } from "../property.js";

const tokens = fc.array(
  fc.oneof(
    fc.nat(LAST_SPECIAL_TOKEN),
    fc.constantFrom(0, 127, 128, 16_383, 16_384, 65_535, 65_536, 200_002, LAST_SPECIAL_TOKEN),
  ),
);

testProperty(
  "tokens are read back as they were written",
  [tokens],
  (tokens) => {
    const text = packTokens(tokens);
    expect(unpackTokens(text)).toEqual(tokens);
    expect(text).toMatch(/^harmony1\.[\w-]*$/);
  },
  { runs: 20_000 },
);

testProperty(
  "whatever a client sends, it is tokens or nothing",
  [
    fc.oneof(
      fc.anything(),
      fc.string().map((text) => `harmony1.${text}`),
      fc.base64String().map((text) => `harmony1.${text}`),
    ),
  ],
  (value) => {
    const read = unpackTokens(value);
    if (read === undefined) return;
    for (const token of read) expect(Number.isInteger(token) && token >= 0 && token <= LAST_SPECIAL_TOKEN).toBe(true);
  },
  { runs: 50_000 },
);

describe("what is not tokens", () => {
  test.each([
    ["another version", "harmony2.AA"],
    ["a token that ends in the midst", "harmony1.gA"],
    ["a number beyond the last token", `harmony1.${btoa("\x81\xa3\x0c").replaceAll("=", "")}`],
    ["more bytes than a token has", `harmony1.${btoa("\x80\x80\x80\x00").replaceAll("=", "")}`],
    ["white space, which base64 would let pass", "harmony1.A A"],
    ["a line break at the end", "harmony1.AA\n"],
    ["what is not base64", "harmony1.A"],
    ["padding", "harmony1.AA=="],
    ["an object with a method toString", { toString: (): string => "harmony1.AA" }],
    ["null", null],
  ])("%s", (_, value) => {
    expect(unpackTokens(value)).toBeUndefined();
  });

  test("the last token is one", () => {
    const bytes = `harmony1.${btoa("\x80\xa3\x0c").replaceAll("=", "")}`;
    expect(unpackTokens(bytes)).toEqual([LAST_SPECIAL_TOKEN]);
  });

  test("a million tokens", () => {
    const many = Array.from({ length: 1_000_000 }, (_, index) => index % 201_089);
    expect(unpackTokens(packTokens(many))).toEqual(many);
  });
});
