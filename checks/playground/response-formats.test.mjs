// The section `# Response Formats` in the cards: what they write is what the package writes, and a request's response_format
// goes in and comes out.
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { DeveloperContent } from "../../dist/index.js";
import { launch, write } from "./browser.mjs";
import { inPage } from "./in-page.mjs";

const { address, chromium } = inject("playground");
const SCHEMA = { type: "object", properties: { items: { type: "array", items: { type: "string" } } } };
const LABEL = "Schema, or the response_format of a request";

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

test.each([
  { width: 360, height: 780, colorScheme: "light" },
  { width: 1920, height: 1000, colorScheme: "dark" },
])("response formats in the cards, $width px", (setting) =>
  inPage(browser, address, setting, async ({ page, settled, copied }) => {
    /** The instructions of the developer message, as the JSON of the conversation has them. */
    const instructions = async () => {
      await settled();
      await page.getByLabel("Copy the prompt as").selectOption("JSON");
      await page.locator(".result .copy").getByRole("button", { name: "Copy", exact: true }).click();
      await page
        .locator(".result")
        .getByText(/^Copied/)
        .waitFor();
      return JSON.parse(await copied()).messages[1].content[0].instructions;
    };
    const written = (name, schema, description) =>
      DeveloperContent.new().withInstructions("Answer in one sentence.").withResponseFormat(name, schema, description)
        .instructions;

    await page.getByRole("radio", { name: "Cards" }).check();
    const card = page.locator("details.card").nth(1);
    await card.locator("summary").click();
    await card.getByRole("button", { name: "Add a response format" }).click();
    const format = card.getByRole("group", { name: "Response format" });
    await format.getByLabel("Name of the format").fill("shopping_list");
    await format.getByLabel("Description").fill("What to buy.\n\nIn order.");
    await write(page, LABEL, JSON.stringify(SCHEMA));
    expect(await instructions()).toBe(written("shopping_list", SCHEMA, "What to buy.\n\nIn order."));
    expect(await card.getByLabel("Instructions").inputValue()).toBe("Answer in one sentence.");
    await page.locator(".result .message").nth(1).scrollIntoViewIfNeeded();
    await expect.poll(() => page.locator(".result .message").nth(1).innerText()).toContain("// What to buy.");

    // What is wrong stands beside its field, and the last whole schema stays.
    await write(page, LABEL, '{"type": "object",, "properties": {}}');
    await expect.poll(() => format.locator(".field-problem").innerText()).toContain("position 18");
    expect(await format.locator(".editor .is-error").innerText()).toBe(",");
    await format.getByLabel("Name of the format").fill("");
    await expect.poll(() => format.getByText("A format needs a name").count()).toBe(1);
    await format.getByLabel("Name of the format").fill("shopping_list");
    expect(await instructions()).toBe(written("shopping_list", SCHEMA, "What to buy.\n\nIn order."));

    // Markup stays text.
    await format.getByLabel("Description").fill("<img src=x onerror=alert(1)>");
    expect(await instructions()).toContain("// <img src=x onerror=alert(1)>");
    expect(await page.locator("main img").count()).toBe(0);

    // A request's response_format goes in, and comes out.
    const asked = {
      type: "json_schema",
      json_schema: { name: "city", description: "A city.", schema: { type: "string" }, strict: true },
    };
    await write(page, LABEL, JSON.stringify({ model: "m", messages: [], response_format: asked }));
    await expect.poll(() => format.getByLabel("Name of the format").inputValue()).toBe("city");
    expect(await instructions()).toBe(written("city", { type: "string" }, "A city."));
    await format.getByRole("button", { name: "Copy", exact: true }).click();
    await format.getByText(/^Copied/).waitFor();
    expect(JSON.parse(await copied())).toEqual(asked);

    await card.getByRole("button", { name: "Add a response format" }).click();
    await expect.poll(() => card.getByRole("group").count()).toBe(2);
    await card.getByRole("button", { name: "Remove this format" }).first().click();
    await card.getByRole("button", { name: "Remove this format" }).click();
    const add = card.getByRole("button", { name: "Add a response format" });
    expect(await add.evaluate((it) => it === document.activeElement)).toBe(true);
    expect(await instructions()).toBe("Answer in one sentence.");
  }),
);

test("the formats of a request are in the cards once it is a conversation", () =>
  inPage(browser, address, {}, async ({ page, settled }) => {
    const json_schema = { name: "city", description: "A city.", schema: { type: "string" } };
    const request = {
      model: "m",
      messages: [
        { role: "developer", content: "Answer briefly." },
        { role: "user", content: "Where?" },
      ],
      response_format: { type: "json_schema", json_schema },
    };
    await write(page, "Conversation, as JSON", JSON.stringify(request));
    await settled();
    await page.getByRole("radio", { name: "Cards" }).check();
    await page.getByRole("button", { name: "Turn it into a conversation" }).click();
    await page.locator("details.card", { hasText: "developer" }).getByLabel("Name of the format").waitFor();
    const value = (label) => page.getByLabel(label, { exact: true }).inputValue();
    expect(await value("Instructions")).toBe("Answer briefly.");
    expect(await value("Name of the format")).toBe("city");
    expect(await value("Description")).toBe("A city.");
  }));
