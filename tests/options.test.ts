import { expect, test } from "vitest";
import { checkOptions, isIterable, isRecord, showValue } from "../src/options.js";

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const throws = (): never => {
  throw new Error("not to be called");
};

class Options {
  a = 1;
}

// Not `test.each`, which cannot take a revoked proxy itself.
const shownAs: readonly (readonly [unknown, string])[] = [
  ["a", '"a"'],
  ['"\n\ud800', '"\\"\\n\\ud800"'],
  [1.5, "1.5"],
  [-0, "0"],
  [12n, "12n"],
  [10n ** 5000n, "a bigint"],
  [Symbol("s"), "Symbol(s)"],
  [null, "null"],
  [undefined, "undefined"],
  [true, "true"],
  [throws, "a function"],
  [{ a: 1 }, "an object"],
  [Object.create(null), "an object"],
  [[], "an array"],
  [new Map(), "a Map"],
  [Promise.resolve(), "a Promise"],
  [new String("a"), "a String object"],
  [new Uint8Array(), "a Uint8Array"],
  [new Options(), "an object"],
  [revoked, "an object that cannot be read"],
  [{ toString: throws, toJSON: throws, valueOf: throws }, "an object"],
  [new Proxy({}, { get: throws }), "an object that cannot be read"],
];

test("a value is shown in an error, whatever it is", () => {
  for (const [value, shown] of shownAs) expect(showValue(value)).toBe(shown);
});

test.each([
  ["a string", "x".repeat(5_000_000)],
  ["a string of what must be escaped", "\0".repeat(5_000_000)],
  ["a symbol", Symbol("x".repeat(5_000_000))],
  ["an object's kind", { [Symbol.toStringTag]: "x".repeat(5_000_000) }],
])("%s is cut when it is shown", (_, value) => {
  expect(showValue(value).length).toBeLessThan(110);
});

test("records hold their data in their own properties", () => {
  for (const value of [{}, Object.create(null), new Options()]) expect(isRecord(value)).toBe(true);
  for (const value of [[], new Map(), Promise.resolve(), new String("a"), new Date(), revoked, null, undefined, "a"]) {
    expect(isRecord(value)).toBe(false);
  }
});

test("a string is not taken for an iterable, nor is what cannot be read", () => {
  for (const value of [[], new Set(), new Uint8Array()]) expect(isIterable(value)).toBe(true);
  for (const value of ["a", {}, null, undefined, 1, revoked]) expect(isIterable(value)).toBe(false);
});

test("options are an object literal with known names, or absent", () => {
  for (const options of [undefined, {}, { a: 1 }, Object.create(null)]) checkOptions(options, ["a"], "test");
  expect(() => checkOptions({ b: 1 }, ["a", "c"], "test")).toThrow('test: unknown option "b"; the options are a, c');
  for (const options of [null, 1, "a", [], new Map(), new Options(), Promise.resolve(), revoked, throws]) {
    expect(() => checkOptions(options, ["a"], "test")).toThrow(
      `test: options must be an object such as { a: … }, not `,
    );
  }
});
