import { describe, expect, test } from "vitest";
import { type ConstraintOptions, constraintsFor } from "../../../src/constraints.js";
import { HarmonyError, HarmonyTextParser, ToolNamespaceConfig } from "../../../src/index.js";

const TOOL = { name: "f", description: "", parameters: { type: "object", properties: { a: { type: "string" } } } };
const OTHER = { name: "g", description: "" };
const SCHEMA = { type: "object", properties: { a: { type: "string" } } };

test("an artefact is plain data", () => {
  const constraints = constraintsFor({
    tools: [TOOL, ToolNamespaceConfig.browser()],
    responseFormat: { schema: SCHEMA },
  });
  expect(JSON.parse(JSON.stringify(constraints))).toEqual(constraints);
});

test("a lazy grammar exists where calls are possible and an answer is free text", () => {
  const lazy = (options: ConstraintOptions) => constraintsFor(options).gbnf.lazy;
  expect(lazy({ tools: [TOOL] })).toMatchObject({ grammar_lazy: true });
  expect(lazy({})).toBeUndefined();
  expect(lazy({ tools: [TOOL], toolChoice: "required" })).toBeUndefined();
  expect(lazy({ tools: [TOOL], toolChoice: "none" })).toBeUndefined();
  expect(lazy({ tools: [TOOL], responseFormat: { schema: SCHEMA } })).toBeUndefined();
});

describe("the triggers of a lazy grammar", () => {
  const { grammar_triggers } = constraintsFor({ tools: [TOOL] }).gbnf.lazy!;
  const started = (text: string): string | undefined => {
    for (const { value } of grammar_triggers) {
      const found = new RegExp(value).exec(text);
      if (found !== null) return found[1];
    }
    return undefined;
  };
  const before = "<|channel|>analysis<|message|>to be or not to be<|end|><|start|>assistant";

  test.each([
    [" to", " to"],
    ["<|channel|>commentary to", "<|channel|>commentary to"],
    ["<|channel|>analysis to", "<|channel|>analysis to"],
    [`${before} to`, " to"],
    [`${before}<|channel|>final to`, "<|channel|>final to"],
    [before, undefined],
    ["<|channel|>final<|message|>I have to", undefined],
    [`${before}<|channel|>final<|message|>I have to`, undefined],
  ])("%j", (text, expected) => {
    expect(started(text)).toBe(expected);
  });
});

test("no artefact for llama.cpp or xgrammar spells a stop token", () => {
  const { gbnf, structuralTag, structuralTagLegacy } = constraintsFor({
    tools: [TOOL, OTHER],
    responseFormat: { schema: SCHEMA },
  });
  for (const text of [
    gbnf.strict.grammar,
    gbnf.text,
    JSON.stringify(structuralTag),
    JSON.stringify(structuralTagLegacy),
  ]) {
    expect(text).not.toMatch(/<\|(return|call|endoftext)\|>|200002|200012|199999/);
  }
});

test("the engine stops at call, unless several calls are wanted", () => {
  expect(constraintsFor({ tools: [TOOL] }).stopTokenIds).toEqual([200002, 200012, 199999]);
  expect(constraintsFor({ tools: [TOOL], parallel: true }).stopTokenIds).toEqual([200002, 199999]);
  expect(constraintsFor({ parallel: true }).stopTokenIds).toEqual([200002, 200012, 199999]);
});

describe("the recipe of two requests", () => {
  test("exists where one kind of message is certain, and its content is constrained", () => {
    const exists = (options: ConstraintOptions) => constraintsFor(options).twoPhase !== undefined;
    expect(exists({})).toBe(false);
    expect(exists({ tools: [TOOL] })).toBe(false);
    expect(exists({ tools: [TOOL], responseFormat: { schema: SCHEMA } })).toBe(false);
    expect(exists({ tools: [TOOL, OTHER], toolChoice: "required" })).toBe(false);
    expect(exists({ tools: [TOOL], toolChoice: "required" })).toBe(true);
    expect(exists({ tools: [TOOL], toolChoice: "none", responseFormat: { schema: SCHEMA } })).toBe(true);
    expect(exists({ responseFormat: { choice: ["yes"] } })).toBe(true);
  });

  test.each([
    { tools: [TOOL, OTHER], toolChoice: { name: "f" } },
    { responseFormat: { schema: SCHEMA } },
    { responseFormat: { regex: "yes|no" } },
  ] satisfies ConstraintOptions[])("its headers are read as the prefills say: %j", (options) => {
    const { first, second } = constraintsFor(options).twoPhase!;
    const whole = new HarmonyTextParser("assistant");
    whole.process(`${first.append}Hm.${second.append}{}<|return|>`);
    whole.finish();
    const prefilled = new HarmonyTextParser("assistant", { prefill: second.prefill });
    prefilled.process("{}<|return|>");
    prefilled.finish();
    expect(whole.diagnostics).toEqual([]);
    expect(whole.messages[0]).toMatchObject(first.prefill);
    expect(prefilled.messages[0]).toEqual(whole.messages[1]);
  });
});

describe("a tool is chosen by its name", () => {
  const tools = [TOOL, ToolNamespaceConfig.browser(), ToolNamespaceConfig.python()];
  test.each([
    ["f", "functions.f"],
    ["functions.f", "functions.f"],
    ["browser.search", "browser.search"],
  ])("%s", (name, recipient) => {
    expect(constraintsFor({ tools, toolChoice: { name } }).twoPhase?.second.prefill.recipient).toBe(recipient);
  });

  test("or refused", () => {
    expect(() => constraintsFor({ tools, toolChoice: { name: "search" } })).toThrow(
      'toolChoice.name "search" is not a tool; the tools are functions.f, browser.search, browser.open, browser.find, python',
    );
    expect(() => constraintsFor({ toolChoice: "required" })).toThrow(
      'toolChoice "required" needs tools, and there are none',
    );
  });
});

describe("bad options are refused", () => {
  test.each([
    [{ tool: [] }, 'unknown option "tool"'],
    [{ tools: TOOL }, "tools must be a list of tools and namespaces"],
    [{ tools: [TOOL], toolChoice: "any" }, 'toolChoice must be "auto", "none", "required" or { name }, not "any"'],
    [{ tools: [TOOL], toolChoice: { tool: "f" } }, 'unknown option "tool"'],
    [{ parallel: 1 }, "parallel must be true or false, not 1"],
    [{ responseFormat: "json" }, "responseFormat: options must be an object"],
    [{ responseFormat: {} }, "exactly one of schema, regex and choice"],
    [{ responseFormat: { regex: "a", choice: ["a"] } }, "exactly one of schema, regex and choice"],
    [{ responseFormat: { choice: [] } }, "responseFormat.choice must hold a text"],
    [{ responseFormat: { choice: ["<|end|>"] } }, "responseFormat.choice[0] must be a text without markers"],
    [{ responseFormat: { choice: "yes" } }, "responseFormat.choice must be a list of texts"],
  ])("%j", (options, message) => {
    const call = () => constraintsFor(options as ConstraintOptions);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});

describe("a tool that no header can call is refused", () => {
  test.each([
    [[{ name: "a b", description: "" }], "tools[0].name"],
    [[TOOL, { name: "", description: "" }], "tools[1].name"],
    [[{ name: "a<|end|>", description: "" }], "tools[0].name"],
    [[{ name: "a\u0000", description: "" }], "tools[0].name"],
    [[TOOL, TOOL], "tools[1].name"],
    [[{ name: "my tools", tools: [TOOL] }], "tools[0].name"],
    [[{ name: "my", tools: [TOOL, { name: "\n", description: "" }] }], "tools[0].tools[1].name"],
  ])("%j", (tools, path) => {
    expect(codeAndPath(() => constraintsFor({ tools }))).toEqual(["invalid-tool-name", path]);
  });

  test("and one that is malformed, with its path", () => {
    expect(codeAndPath(() => constraintsFor({ tools: [TOOL, { name: "g" } as never] }))).toEqual([
      "missing-field",
      "tools[1].description",
    ]);
  });
});

function codeAndPath(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    if (error instanceof HarmonyError) return [error.code, error.path];
    throw error;
  }
  return undefined;
}
