import { describe, expect, test } from "vitest";
import { loadHarmonyEncoding } from "../../src/index.js";

// Rules of the layout that the recorded answers touch too rarely to prove. Every answer here is the reference's own.

const encoding = loadHarmonyEncoding();

function typeOf(parameters: unknown): string {
  const tools = { f: { name: "f", tools: [{ name: "g", description: "", parameters }] } };
  const text = encoding.decodeUtf8(
    encoding.render({ role: "developer", content: [{ type: "developer_content", tools }] }),
  );
  return text.slice(text.indexOf("type g = ") + "type g = ".length, text.indexOf(" => any;"));
}

describe("schemas", () => {
  test("a oneOf that is not a list still suppresses the description and the default", () => {
    const property = { type: "string", oneOf: 5, description: "D", default: "x" };
    expect(typeOf({ type: "object", properties: { a: property } })).toBe("(_: {\na?: string,\n})");
  });

  test("an enum's default is bare in a property, and JSON in a oneOf that is not directly one", () => {
    const property = { type: "string", enum: ["a"], default: 'a"b' };
    expect(typeOf({ type: "object", properties: { a: property } })).toBe('(_: {\na?: "a", // default: a"b\n})');
    expect(typeOf({ oneOf: [property] })).toBe('(_: \n | "a" // default: "a\\"b")');
    const variants = [
      { type: "string", enum: ['a"b'], default: 'a"b\n' },
      { type: "string", default: 'c"d' },
    ];
    expect(typeOf({ type: "array", items: { oneOf: variants } })).toBe(
      '(_: \n | "a"b" // default: "a\\"b\\n"\n | string // default: "c"d"[])',
    );
  });
});

test("namespaces are ordered by the bytes of their keys, not by UTF-16 units", () => {
  const keys = ["😀", "\uff21", "\ue000", "z", "é", "A"];
  const tools = Object.fromEntries(keys.map((name) => [name, { name, tools: [] }]));
  const text = encoding.decodeUtf8(
    encoding.render({ role: "developer", content: [{ type: "developer_content", tools }] }),
  );
  expect(Array.from(text.matchAll(/^## (.*)$/gm), ([, name]) => name)).toEqual([
    "A",
    "z",
    "é",
    "\ue000",
    "\uff21",
    "😀",
  ]);
});

test("a bare carriage return at the end of a description stays, one before a line feed goes", () => {
  const tool = (name: string, description: string) => ({ name, description });
  const tools = { f: { name: "f", description: "x\r", tools: [tool("a", "a\r"), tool("b", "a\r\r\nb\n\n")] } };
  const text = encoding.decodeUtf8(
    encoding.render({ role: "developer", content: [{ type: "developer_content", tools }] }),
  );
  expect(text).toContain("// x\r\nnamespace f {");
  expect(text).toContain("// a\r\ntype a = () => any;\n\n// a\r\n// b\n// \ntype b = () => any;");
});
