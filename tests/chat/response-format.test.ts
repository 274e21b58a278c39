import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  responseFormatSection,
  splitResponseFormat,
  withResponseFormatSection,
} from "../../src/chat/response-format.js";
import { DeveloperContent, HarmonyError, loadHarmonyEncoding, Message } from "../../src/index.js";

const SHOPPING = {
  properties: { items: { type: "array", description: "entries on the shopping list", items: { type: "string" } } },
  type: "object",
};

test("the section is spelled as OpenAI's guide to the format spells it", () => {
  expect(responseFormatSection("shopping_list", SHOPPING)).toBe(
    '# Response Formats\n\n## shopping_list\n\n{"properties":{"items":{"type":"array","description":"entries on the shopping list","items":{"type":"string"}}},"type":"object"}',
  );
  expect(responseFormatSection("list", { type: "array" }, "What to buy.\nIn order.")).toBe(
    '# Response Formats\n\n## list\n\n// What to buy.\n// In order.\n{"type":"array"}',
  );
});

test("it stands at the end of the instructions, where the guide's example has it", () => {
  const section = responseFormatSection("shopping_list", SHOPPING);
  const instructions = withResponseFormatSection("You are a helpful shopping assistant", section);
  const developer = Message.fromRoleAndContent("developer", DeveloperContent.new().withInstructions(instructions));
  const encoding = loadHarmonyEncoding();
  expect(encoding.decodeUtf8(Array.from(encoding.render(developer)))).toBe(
    `<|start|>developer<|message|># Instructions\n\nYou are a helpful shopping assistant\n\n# Response Formats\n\n## shopping_list\n\n${JSON.stringify(SHOPPING)}<|end|>`,
  );
});

test("without instructions it stands alone, and a second one replaces the first", () => {
  const first = responseFormatSection("one", { type: "string" });
  const second = responseFormatSection("two", { type: "integer" }, "A number.");
  expect(withResponseFormatSection(undefined, first)).toBe(first);
  expect(withResponseFormatSection("", first)).toBe(first);
  expect(withResponseFormatSection(withResponseFormatSection("Be brief.", first), second)).toBe(
    `Be brief.\n\n${second}`,
  );
});

test("what was written is read back", () => {
  const line = fc.string().map((text) => text.replace(/[\r\n]/g, " ").trim());
  const name = line.filter((text) => text !== "");
  const description = fc
    .array(
      line.filter((text) => text !== ""),
      { maxLength: 3 },
    )
    .map((lines) => lines.join("\n"));
  const instructions = fc.string().filter((text) => !text.includes("# Response Formats"));
  fc.assert(
    fc.property(
      instructions,
      name,
      fc.dictionary(fc.string(), fc.jsonValue()),
      description,
      (before, title, extra, about) => {
        const schema = JSON.parse(JSON.stringify({ type: "object", default: extra }));
        const whole = withResponseFormatSection(before, responseFormatSection(title, schema, about));
        const read = splitResponseFormat(whole);
        expect(read.instructions).toBe(before);
        expect(read.responseFormat).toEqual({ name: title, schema, ...(about === "" ? {} : { description: about }) });
      },
    ),
  );
});

describe("what is not such a section is left alone", () => {
  test.each([
    "",
    "Be brief.",
    "# Response Formats",
    "# Response Formats\n\nAs you like.",
    "# Response Formats\n\n## a\n\n{",
    "Text # Response Formats\n\n## a\n\n{}",
  ])("%j", (instructions) => {
    expect(splitResponseFormat(instructions)).toEqual({ instructions });
  });
});

test("bad arguments are refused", () => {
  expect(() => responseFormatSection("", {})).toThrow("name must be a single line");
  expect(() => responseFormatSection("a\nb", {})).toThrow(TypeError);
  expect(() => responseFormatSection(1 as unknown as string, {})).toThrow("name must be a string, not 1");
  expect(() => responseFormatSection("a", { check: () => true })).toThrow(HarmonyError);
});
