import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ToolNamespaceConfig } from "../../src/chat/tools.js";
import { validateConversation } from "../../src/chat/validate.js";
import { ToolNames } from "../../src/shapes/tool-names.js";
import { testProperty } from "../property.js";

function declared(...tools: readonly (readonly [name: string, namespace?: string])[]): ToolNames {
  const names = new ToolNames();
  for (const [name, namespace] of tools) names.declare({ type: "function", name, namespace, description: "" });
  return names;
}

function recipientsOf(...tools: readonly (readonly [name: string, namespace?: string])[]): readonly string[] {
  return declared(...tools).recipients;
}

describe("names that the model can call", () => {
  test.each([
    ["a usual name stays", [["get_weather"]], ["functions.get_weather"]],
    ["so does one with a hyphen", [["get-weather"]], ["functions.get-weather"]],
    ["a dot would end the namespace", [["files.read"]], ["functions.files_read"]],
    ["white space would end the header", [["get weather"]], ["functions.get_weather"]],
    ["letters of other scripts", [["größe"], ["天気"]], ["functions.gr__e", "functions.__"]],
    ["a character beyond 16 bits is one", [["a💖"]], ["functions.a_"]],
    ["a digit first", [["2nd"]], ["functions._2nd"]],
    ["a hyphen first", [["-x"]], ["functions._-x"]],
    ["a marker is one character", [["a<|end|>b"]], ["functions.a_b"]],
    ["nothing at all", [[""]], ["functions._"]],
    ["half of a surrogate pair", [["a\ud83d"]], ["functions.a_"]],
    ["two that become the same", [["a.b"], ["a_b"], ["a b"]], ["functions.a_b", "functions.a_b_2", "functions.a_b_3"]],
    [
      "one that is called like a changed one",
      [["a.b"], ["a_b_2"], ["a_b"]],
      ["functions.a_b", "functions.a_b_2", "functions.a_b_3"],
    ],
    ["names that objects have", [["__proto__"], ["constructor"]], ["functions.__proto__", "functions.constructor"]],
    ["roles", [["assistant"], ["user"]], ["functions.assistant", "functions.user"]],
    ["a namespace", [["read", "files"]], ["files.read"]],
    ["a namespace with a dot", [["read", "my.files"]], ["my_files.read"]],
    ["the namespace of functions", [["a"], ["a", "functions"]], ["functions.a", "functions.a_2"]],
    [
      "tools called like those that the model was trained with",
      [["python"], ["browser.search"]],
      ["functions.python", "functions.browser_search"],
    ],
  ] as const)("%s", (_, tools, recipients) => {
    expect(recipientsOf(...(tools as readonly (readonly [string, string?])[]))).toEqual(recipients);
  });

  test("a name is declared once in a namespace", () => {
    const names = new ToolNames();
    expect(names.declare({ type: "function", name: "a", description: "" })).toBeDefined();
    expect(names.declare({ type: "custom", name: "a", description: "" })).toBeUndefined();
    expect(names.declare({ type: "custom", name: "a", namespace: "b", description: "" })).toBeDefined();
    expect(names.recipients).toEqual(["functions.a", "b.a"]);
  });

  test("the namespaces of the tools that the model was trained with are theirs alone", () => {
    const names = new ToolNames();
    names.declareBuiltIn(ToolNamespaceConfig.browser());
    names.declareBuiltIn(ToolNamespaceConfig.python());
    names.declare({ type: "function", name: "search", namespace: "browser", description: "" });
    names.declare({ type: "function", name: "run", namespace: "python", description: "" });
    expect(names.recipients).toEqual([
      "browser.search",
      "browser.open",
      "browser.find",
      "python",
      "browser_.search",
      "python_.run",
    ]);
    expect(names.all.map(({ name }) => name)).toEqual(["browser", "python", "browser_", "python_"]);
    expect(names.called("browser.search").type).toBe("built-in");
    expect(names.called("python").type).toBe("built-in");
  });
});

describe("the tool that the model means", () => {
  const names = declared(["get_weather"], ["files.read"], ["read", "mcp"], ["größe"]);
  test.each([
    ["functions.get_weather", "get_weather", undefined],
    ["get_weather", "get_weather", undefined],
    ["functions.files_read", "files.read", undefined],
    ["functions.files.read", "files.read", undefined],
    ["files.read", "files.read", undefined],
    ["files_read", "files.read", undefined],
    ["mcp.read", "read", "mcp"],
    ["read", "read", "mcp"],
    ["functions.größe", "größe", undefined],
    ["functions.unknown", "unknown", undefined],
    ["unknown", "unknown", undefined],
    ["other.unknown", "other.unknown", undefined],
    ["browser.search", "browser.search", undefined],
    ["python", "python", undefined],
    ["functions.", "functions.", undefined],
    ["functions", "functions", undefined],
    ["__proto__", "__proto__", undefined],
  ])("%s", (recipient, name, namespace) => {
    const tool = names.called(recipient);
    expect([tool.name, tool.namespace]).toEqual([name, namespace]);
  });
});

describe("calls of the past", () => {
  const names = declared(["get_weather"], ["files.read"], ["read", "mcp"]);
  test.each([
    ["get_weather", undefined, "functions.get_weather"],
    ["files.read", undefined, "functions.files_read"],
    ["read", "mcp", "mcp.read"],
    ["gone", undefined, "functions.gone"],
    ["gone", "mcp", "mcp.gone"],
    ["browser.search", undefined, "browser.search"],
    ["python", undefined, "python"],
    ["größe", undefined, "functions.größe"],
    ["a b<|end|>", undefined, "functions.a_b__end__"],
    ["to=x\u2028y", undefined, "functions.to=x_y"],
    ["", undefined, "functions._"],
    ["\ud83d", undefined, "functions.\ufffd"],
  ])("%s in %s", (name, namespace, recipient) => {
    expect(names.recipientOf(name, namespace)).toBe(recipient);
  });
});

const name = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("get_weather", "a.b", "a_b", "a b", "python", "browser.search", "<|end|>", "functions", "__proto__"),
);

testProperty(
  "each declared tool is found by its recipient, and by its name",
  [fc.array(fc.tuple(name, fc.option(name, { nil: undefined })), { maxLength: 6 })],
  (tools) => {
    const names = new ToolNames();
    for (const [name, namespace] of tools) {
      const tool = names.declare({ type: "function", name, namespace, description: "" });
      if (tool === undefined) continue;
      expect(names.called(tool.recipient)).toBe(tool);
      expect(names.recipientOf(name, namespace)).toBe(tool.recipient);
    }
    expect(new Set(names.recipients).size).toBe(names.recipients.length);
    // Nothing that the format warns of.
    const tools_ = Object.fromEntries(names.namespaces.map((namespace) => [namespace.name, namespace]));
    const developer = { role: "developer", content: [{ type: "developer_content", tools: tools_ }] } as const;
    expect(validateConversation({ messages: [developer] })).toEqual([]);
  },
  { runs: 5_000 },
);

testProperty(
  "what the model called leads back to what it wrote, though nobody declared it",
  [fc.stringMatching(/^[\w.=-]{1,12}$/)],
  (recipient) => {
    const names = new ToolNames();
    const { name, namespace } = names.called(recipient);
    const back = names.recipientOf(name, namespace);
    expect(names.called(back).name).toBe(name);
  },
  { runs: 20_000 },
);

describe("what the model is told", () => {
  test("the grammar of a custom tool stands behind its description", () => {
    const names = new ToolNames();
    const grammar = { syntax: "lark", definition: 'start: "a"' };
    names.declare({ type: "custom", name: "a", description: "Does it.", grammar });
    names.declare({ type: "custom", name: "b", description: "", grammar });
    expect(names.namespaces[0]!.tools.map(({ description }) => description)).toEqual([
      'Does it.\n\nIts input has to match this grammar (lark):\nstart: "a"',
      'Its input has to match this grammar (lark):\nstart: "a"',
    ]);
    expect(names.namespaces[0]!.tools[0]!.parameters).toEqual({ type: "string" });
  });

  test("a schema that is nested too deeply is an error with the place in the request", () => {
    let schema: unknown = {};
    for (let depth = 0; depth < 200; depth++) schema = { not: schema };
    const path = "tools[0].function.parameters";
    const declare = (): unknown =>
      new ToolNames().declare({
        type: "function",
        name: "a",
        description: "",
        parameters: schema,
        parametersPath: path,
      });
    expect(declare).toThrowError(
      expect.objectContaining({ name: "ApiError", param: expect.stringContaining(`${path}.not.not`) }),
    );
  });

  test("a path of the constraint leads to the schema in the request", () => {
    const names = new ToolNames();
    names.declareBuiltIn(ToolNamespaceConfig.python());
    names.declare({ type: "function", name: "a", description: "", parametersPath: "tools[0].function.parameters" });
    names.declare({ type: "function", name: "b", namespace: "n", description: "", parametersPath: "tools[1].x" });
    names.declare({ type: "function", name: "c", description: "" });
    expect(names.requestPath("tools[1].tools[0].parameters.properties.a")).toBe(
      "tools[0].function.parameters.properties.a",
    );
    expect(names.requestPath("tools[2].tools[0].parameters")).toBe("tools[1].x");
    expect(names.requestPath("tools[1].tools[1].parameters")).toBeUndefined();
    expect(names.requestPath("tools[7].tools[0].parameters")).toBeUndefined();
    expect(names.requestPath("tools[1].name")).toBeUndefined();
  });
});
