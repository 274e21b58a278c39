import { expect, test } from "vitest";
import { DeveloperContent, loadHarmonyEncoding } from "../../src/index.js";

const schema = { type: "object", properties: { items: { type: "array", items: { type: "string" } } } };
const encoding = loadHarmonyEncoding();

test("the section follows the instructions, and can be read back", () => {
  const content = DeveloperContent.new()
    .withInstructions("Help with shopping.")
    .withResponseFormat("shopping_list", schema, "What to buy.");
  expect(encoding.decodeUtf8(encoding.render({ role: "developer", content: [content] }))).toBe(
    "<|start|>developer<|message|># Instructions\n\nHelp with shopping.\n\n# Response Formats\n\n## shopping_list\n\n" +
      `// What to buy.\n${JSON.stringify(schema)}<|end|>`,
  );
  expect(content.responseFormat).toEqual({ name: "shopping_list", description: "What to buy.", schema });
  expect(Object.keys(content)).toEqual(["type", "instructions"]);
});

test("asking again replaces the section, and instructions without one ask for nothing", () => {
  const twice = DeveloperContent.new().withResponseFormat("a", schema).withResponseFormat("b", schema);
  expect(twice.responseFormat?.name).toBe("b");
  expect(twice.instructions?.match(/# Response Formats/g)).toHaveLength(1);
  expect(DeveloperContent.new().responseFormat).toBeUndefined();
  expect(DeveloperContent.new().withInstructions("Be brief.").responseFormat).toBeUndefined();
});

test("a name that is not one line is refused", () => {
  expect(() => DeveloperContent.new().withResponseFormat("a\nb", schema)).toThrow(TypeError);
});
