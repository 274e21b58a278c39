import fc from "fast-check";
import { expect } from "vitest";
import { loadHarmonyEncoding } from "../../../src/index.js";
import { ApiError, readResponseRequest } from "../../../src/responses.js";
import { sessionOf } from "../../../src/shapes/session-of-request.js";
import { testProperty } from "../../property.js";
import { FOR_UNKNOWN_MODEL, WITH_ADDITIONAL_TOOLS, WITH_PATCHES } from "./codex-requests.js";

const encoding = loadHarmonyEncoding();

/** Reads a request, which must either succeed, and make a prompt, or be refused in OpenAI's words. */
function readAny(body: unknown): void {
  for (const unsupported of ["error", "drop"] as const) {
    try {
      const request = readResponseRequest(body, { unsupported, builtInTools: ["browser", "python"] });
      sessionOf(request, encoding).prompt();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      expect(error.message).not.toBe("");
      // Only what is not an object at all has no field that could be named.
      const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
      expect(typeof error.param).toBe(isObject ? "string" : "object");
    }
  }
}

testProperty("any JSON is read or refused", [fc.jsonValue()], readAny, { runs: 20_000 });

const TYPES = [
  "message",
  "reasoning",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "web_search_call",
  "code_interpreter_call",
  "tool_search_call",
  "tool_search_output",
  "local_shell_call",
  "local_shell_call_output",
  "shell_call",
  "shell_call_output",
  "apply_patch_call",
  "apply_patch_call_output",
  "additional_tools",
  "item_reference",
  "function",
  "custom",
  "namespace",
  "web_search",
  "code_interpreter",
  "tool_search",
  "input_text",
  "json_schema",
  "toString",
  "__proto__",
];
const name = fc.constantFrom("a", "b", "<|end|>", "x.y", "", " ", "__proto__", "\ud800");
const leaf = fc.oneof(fc.constantFrom(...TYPES), name, fc.jsonValue({ maxDepth: 1 }), fc.constant(null));
/** Anything with the fields of items, tools and parts. */
function thing(depth: number): fc.Arbitrary<unknown> {
  const inner = depth === 0 ? leaf : fc.oneof(leaf, thing(depth - 1));
  const some = fc.oneof(name, fc.array(inner, { maxLength: 2 }));
  return fc.record(
    {
      type: fc.constantFrom(...TYPES),
      role: fc.constantFrom("user", "assistant", "system", "developer", "tool"),
      id: name,
      call_id: name,
      name,
      namespace: name,
      text: name,
      arguments: leaf,
      input: name,
      output: some,
      content: some,
      summary: some,
      encrypted_content: fc.constantFrom("harmony1.AQ", "harmony1.", "gAAAA"),
      tools: some,
      action: inner,
      operation: leaf,
      parameters: fc.oneof(fc.object({ maxDepth: 2 }), leaf),
      execution: fc.constantFrom("client", "server"),
      strict: fc.boolean(),
      phase: fc.constantFrom("commentary", "final_answer"),
    },
    { requiredKeys: ["type"] },
  );
}
const request = fc.record(
  {
    model: fc.constant("m"),
    input: fc.array(thing(1), { maxLength: 5 }),
    instructions: name,
    tools: fc.array(thing(1), { maxLength: 3 }),
    tool_choice: fc.oneof(leaf, thing(1)),
    text: fc.record({ format: fc.oneof(leaf, thing(1)) }),
  },
  { requiredKeys: ["model", "input"] },
);
testProperty("anything that looks like a request is read or refused", [request], readAny, { runs: 5_000 });

/** All places of a value, each with what replaces it. */
function replaced(value: unknown, place: number, replacement: unknown): unknown {
  let count = 0;
  const walk = (part: unknown): unknown => {
    count += 1;
    if (count === place) return replacement;
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, walk(member)]));
  };
  return walk(value);
}

testProperty(
  "a real request with something else in it is read or refused",
  [fc.constantFrom(FOR_UNKNOWN_MODEL, WITH_PATCHES, WITH_ADDITIONAL_TOOLS), fc.nat(300), leaf],
  (body, place, replacement) => {
    readAny(replaced(body, place, replacement));
  },
  { runs: 5_000 },
);

testProperty(
  "nesting of any depth is read or refused",
  [fc.integer({ min: 1, max: 20_000 }), fc.constantFrom("parameters", "arguments", "schema", "content", "tools")],
  (depth, field) => {
    let nested: unknown = {};
    for (let level = 0; level < depth; level++) nested = level % 2 === 0 ? { a: nested } : [nested];
    const call = { type: "tool_search_call", call_id: "c", arguments: nested };
    readAny({
      model: "m",
      input: field === "arguments" ? [call] : field === "content" ? [{ role: "user", content: nested }] : "A",
      ...(field === "parameters" ? { tools: [{ type: "function", name: "x", parameters: nested }] } : {}),
      ...(field === "schema" ? { text: { format: { type: "json_schema", name: "x", schema: nested } } } : {}),
      ...(field === "tools" ? { tools: nested } : {}),
    });
  },
  { runs: 40 },
);
