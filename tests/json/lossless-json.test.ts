import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Conversation, loadHarmonyEncoding } from "../../src/index.js";
import { numberText } from "../../src/json/number.js";
import { JsonText } from "../../src/json/text.js";
import { type JsonValue, plainFromTree } from "../../src/json/value.js";

const encoding = loadHarmonyEncoding();

function plainFrom(json: string): JsonValue {
  const text = new JsonText(json);
  const tree = text.tree();
  text.end();
  return plainFromTree(tree);
}

function toolText(parameters: string): string {
  const text = `{"messages":[{"role":"developer","content":[{"type":"developer_content","tools":{"f":{"name":"f","tools":[{"name":"g","description":"","parameters":${parameters}}]}}}]}]}`;
  const rendered = encoding.decodeUtf8(encoding.renderConversation(Conversation.fromJSON(text)));
  return rendered.slice(rendered.indexOf("type g = "), rendered.indexOf(" => any;"));
}

test("text and JSON.parse agree on every value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2, "\t"), (value, space) => {
      const text = JSON.stringify(value, null, space);
      // JSON.stringify escapes lone surrogates; the reference refuses those.
      fc.pre(!/\\ud[89a-f]/i.test(text));
      expect(plainFrom(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 2000 },
  );
});

test("strings are those of JSON.parse, but that surrogates must come in pairs", () => {
  const fragment = fc.constantFrom(
    ...["a", "é", "雨", "🙂", "\ud800", "\t", "\u007f", '"', "\\", "\\\\", '\\"', "\\n", "\\u", "\\/", "\\x"],
    ...["\\u00e9", "\\ud83d", "\\ude42", "\\uD83D\\uDE42", "d83d", "0", "\\u12g4"],
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 10 }), (fragments) => {
      const text = `"${fragments.join("")}"`.toWellFormed();
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {}
      if (typeof expected === "string" && expected.isWellFormed()) expect(plainFrom(text)).toBe(expected);
      else expect(() => plainFrom(text)).toThrow(expect.objectContaining({ code: "invalid-json" }));
    }),
    { numRuns: 20_000 },
  );
});

test("what JSON.parse refuses is refused here", () => {
  const fragment = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    "a",
    '"a"',
    "1",
    "-",
    ".",
    "e",
    "0",
    "true",
    "null",
    " ",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
      const text = fragments.join("");
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(() => plainFrom(text)).toThrow();
        return;
      }
      expect(plainFrom(text)).toEqual(expected);
    }),
    { numRuns: 20_000 },
  );
});

describe("what JSON.parse would lose is kept in the prompt", () => {
  test("the spelling of numbers", () => {
    const schema =
      '{"type":"object","properties":{"a":{"type":"number","default":1.0},"b":{"type":"number","default":1}}}';
    expect(toolText(schema)).toBe("type g = (_: {\na?: number, // default: 1.0\nb?: number, // default: 1\n})");
  });

  test("the order of keys like integers, and __proto__", () => {
    const schema = '{"type":"object","properties":{"b":{},"10":{},"2":{},"__proto__":{"type":"string"}}}';
    expect(toolText(schema)).toBe("type g = (_: {\nb?: any,\n10?: any,\n2?: any,\n__proto__?: string,\n})");
  });

  test("a key given twice keeps the first place and the last value", () => {
    const schema = '{"type":"object","properties":{"a":{"type":"string"},"b":{},"a":{"type":"boolean"}}}';
    expect(toolText(schema)).toBe("type g = (_: {\na?: boolean,\nb?: any,\n})");
  });

  test("also after a trip through other values", () => {
    const text =
      '{"messages":[{"role":"developer","content":[{"type":"developer_content","tools":{"functions":{"name":"f","tools":[{"name":"g","description":"","parameters":{"type":"object","properties":{"b":{"default":2.50},"1":{}}}}]}}}]}]}';
    const conversation = Conversation.fromJSON(text);
    const again = new Conversation({ messages: conversation.messages.map((message) => ({ ...message })) });
    expect(encoding.renderConversation(again)).toEqual(encoding.renderConversation(conversation));
    expect(encoding.decodeUtf8(encoding.renderConversation(again))).toContain("b?: any, // default: 2.5\n1?: any,");
  });
});

// Each answer is the reference's own.
test.each([
  ["1", "1"],
  ["1.0", "1.0"],
  ["-0", "-0.0"],
  ["0e0", "0.0"],
  ["1E5", "100000.0"],
  ["0.10", "0.1"],
  ["1e-5", "0.00001"],
  ["1e-6", "1e-6"],
  ["1e15", "1000000000000000.0"],
  ["1e16", "1e16"],
  ["1e+21", "1e21"],
  ["18446744073709551615", "18446744073709551615"],
  ["18446744073709551616", "1.8446744073709552e19"],
  ["-9223372036854775808", "-9223372036854775808"],
  ["-9223372036854775809", "-9.223372036854776e18"],
  ["97.02239261449641", "97.0223926144964"],
  ["12345678901234567.0", "1.2345678901234566e16"],
  ["5e-324", "5e-324"],
  ["1.7976931348623157e308", "1.7976931348623157e308"],
])("the number %s is printed %s", (spelling, printed) => {
  expect(numberText(spelling)).toBe(printed);
});
