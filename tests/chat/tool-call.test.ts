import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Message } from "../../src/chat/message.js";
import { toolCallOf, toolCallsOf } from "../../src/chat/tool-call.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { encoding, tokensOf } from "../parse/encoding.js";

const call = (recipient: string, content: string): Message =>
  Message.fromRoleAndContent("assistant", content).withRecipient(recipient);

test("a function with JSON arguments", () => {
  expect(toolCallOf(call("functions.get_weather", '{"city":"Paris"}'))).toEqual({
    recipient: "functions.get_weather",
    name: "get_weather",
    namespace: "functions",
    arguments: '{"city":"Paris"}',
    json: { city: "Paris" },
  });
});

test("a tool without a namespace, and arguments that are a program", () => {
  const { error, ...rest } = toolCallOf(call("python", "print(1)"))!;
  expect(rest).toEqual({ recipient: "python", name: "python", namespace: undefined, arguments: "print(1)" });
  expect(error).toEqual(expect.any(String));
});

test("a namespace ends at the first dot", () => {
  expect(toolCallOf(call("mcp.files.read", "{}"))).toMatchObject({ namespace: "mcp", name: "files.read", json: {} });
});

test.each(["ls -R", '{"a":1} trailing', '{"a":', "\ufeff{}", "\0"])("F5: arguments that are not JSON: %j", (text) => {
  const found = toolCallOf(call("functions.x", text))!;
  expect(found).toMatchObject({ arguments: text, error: expect.any(String) });
  expect(found).not.toHaveProperty("json");
});

test.each(["", " ", "\n\t "])("a call without arguments has none: %j", (text) => {
  const found = toolCallOf(call("functions.now", text));
  expect(found).toEqual({ recipient: "functions.now", name: "now", namespace: "functions", arguments: text, json: {} });
});

describe("numbers that JSON.parse rounds", () => {
  test("are told with their digits, and json is what JSON.parse gives", () => {
    const text = '{"id":12345678901234567890,"of":[9007199254740993,"12345678901234567890",{"x":-1e400}],"n":0.1}';
    const found = toolCallOf(call("functions.f", text))!;
    expect(found.json).toEqual(JSON.parse(text));
    expect(found.rounded).toEqual(["12345678901234567890", "9007199254740993", "-1e400"]);
  });

  test.each([
    "9007199254740992",
    "-9007199254740991",
    "123456789012345",
    "12345678901234567000",
    "0.1",
    "1.50",
    "0.0000000000000000001",
    "100000000000000000000",
    "1.7976931348623157e308",
    "5e-324",
    "-0",
    "0e999",
    "1E+2",
  ])("%s is not one", (number) => {
    expect(toolCallOf(call("functions.f", `[${number}]`))).not.toHaveProperty("rounded");
  });

  test.each(["9007199254740993", "0.12345678901234567890", "1e309", "1e-400", "1.00000000000000000001"])(
    "%s is one",
    (number) => {
      expect(toolCallOf(call("functions.f", `[${number}]`))?.rounded).toEqual([number]);
    },
  );

  test("a number is rounded exactly when JavaScript prints it back as another", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
        fc.integer({ min: -30, max: 30 }),
        (digits, exponent) => {
          const rounded = toolCallOf(call("functions.f", `[${digits}e${exponent}]`))?.rounded !== undefined;
          const [, whole = "", fraction = "", shown = "0"] =
            /^-?(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(Number(`${digits}e${exponent}`))) ?? [];
          // Both numbers times 10^400 are integers.
          const printed = BigInt(whole + fraction) * 10n ** BigInt(400 + Number(shown) - fraction.length);
          const spelled = (digits < 0n ? -digits : digits) * 10n ** BigInt(400 + exponent);
          expect(rounded).toBe(printed !== spelled);
        },
      ),
    );
  });

  test("deep and long arguments are read in proportion to their length", () => {
    const text = `${"[".repeat(20_000)}${"1234567890123456789,".repeat(20_000)}1${"]".repeat(20_000)}`;
    expect(toolCallOf(call("functions.f", text))?.rounded).toHaveLength(20_000);
    const zeros = `[${"0.".concat("0".repeat(400_000))}1${"0".repeat(400_000)}]`;
    expect(toolCallOf(call("functions.f", zeros))?.rounded).toHaveLength(1);
  });
});

test.each(["all", "user", "assistant"])("a message to %s is not a call", (recipient) => {
  expect(toolCallOf(call(recipient, "{}"))).toBeUndefined();
});

test("a message without a recipient, or of another role, is not a call", () => {
  expect(toolCallOf(Message.fromRoleAndContent("assistant", "{}"))).toBeUndefined();
  expect(toolCallOf({ role: "tool", name: "functions.x", recipient: "functions.y", content: "{}" })).toBeUndefined();
});

test("several calls in one completion", () => {
  const one = '<|channel|>commentary to=functions.a <|constrain|>json<|message|>{"n":1}<|call|>';
  const other = 'commentary<|channel|>commentary to=functions.b <|constrain|>json<|message|>{"n":2}<|call|>';
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", continueAfterCall: true });
  for (const token of tokensOf(one + other)) parser.process(token);
  expect(toolCallsOf(parser.processEos().messages)).toMatchObject([
    { name: "a", json: { n: 1 } },
    { name: "b", json: { n: 2 } },
  ]);
});
