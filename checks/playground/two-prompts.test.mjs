// Two prompts side by side: the same conversation rendered otherwise, and before and after an edit.
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { launch, openPage, write } from "./browser.mjs";
import { inPage } from "./in-page.mjs";

const { address, chromium } = inject("playground");
const CONVERSATION = "Conversation, as JSON";

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

const SETTINGS = [
  { width: 360, height: 780, colorScheme: "light" },
  { width: 1920, height: 1000, colorScheme: "dark" },
  { width: 1024, height: 900, colorScheme: "dark", forcedColors: "active" },
];

test.each(SETTINGS)("the same conversation, rendered otherwise, $width px", (setting) =>
  inPage(browser, address, setting, async ({ page, settled }) => {
    const compare = async (choice) => {
      await page.getByLabel("Compare with").selectOption(choice);
      await settled();
    };
    const result = page.locator(".result");
    await compare("all");
    await expect.poll(() => result.innerText()).toContain("229 tokens; the other has 250, 1 message left out");
    await expect.poll(() => result.innerText()).toContain("21 tokens differ, in 1 place");
    await page.getByRole("button", { name: "First difference" }).click();
    await expect.poll(() => page.locator(".difference del").first().innerText()).toContain("They ask for the weather");
    // Not by colour alone.
    const line = (mark) => page.locator(mark).evaluate((it) => getComputedStyle(it).textDecorationLine);
    expect(await line(".difference del >> nth=0")).toBe("line-through");
    await page.getByRole("radio", { name: "Tokens" }).check();
    await expect.poll(() => page.locator(".difference del [data-at]").count()).toBe(21);

    await compare("training");
    await expect.poll(() => page.locator(".key-removed").innerText()).toBe("only in the other: 0");
    await expect.poll(() => page.locator(".key-added").innerText()).toBe("only in this one: 2");
    await page.getByRole("button", { name: "First difference" }).click();
    await expect.poll(() => page.locator(".difference ins").innerText()).toContain("assistant");
    expect(await line(".difference ins >> nth=0")).toBe("underline");

    await compare("completion");
    await expect.poll(() => result.innerText()).toContain("No token differs.");
    await compare("");
    await expect.poll(() => page.locator(".difference").count()).toBe(0);
  }),
);

test("before and after an edit, in the link, too", async () => {
  const say = (content) => JSON.stringify({ messages: [{ role: "user", content }] });
  const opened = await openPage(browser, address);
  const { page, settled, tab, violations, complaints, close } = opened;
  await write(page, CONVERSATION, say("Is it warm in Lisbon?"));
  await settled();
  await page.getByRole("button", { name: "Keep this one to compare with" }).click();
  await expect.poll(() => page.locator(".result").innerText()).toContain("No token differs.");
  await write(page, CONVERSATION, say("Is it cold in Lisbon?"));
  await settled();
  const sees = async (view) => {
    await expect.poll(() => view.locator(".difference del").innerText()).toBe(" warm");
    await expect.poll(() => view.locator(".difference ins").innerText()).toBe(" cold");
  };
  await sees(page);
  expect(await violations()).toEqual([]);

  // What is broken has no prompt; what is mended is compared again.
  await write(page, CONVERSATION, "{");
  await settled();
  await expect.poll(() => page.locator(".difference").count()).toBe(0);
  await write(page, CONVERSATION, say("Is it cold in Lisbon?"));
  await sees(page);

  await tab("Type schema");
  await settled();
  await page.goBack();
  await sees(page);
  await page.reload();
  await sees(page);
  const elsewhere = await openPage(browser, page.url());
  await sees(elsewhere.page);
  expect([...complaints, ...elsewhere.complaints]).toEqual([]);
  await elsewhere.close();
  await close();
});

test.each([
  ["is not JSON", "{", "damaged"],
  ["holds a conversation that cannot be read", '{"text": "{"}', "key must be a string"],
  ["holds values of wrong types", '{"text": 7, "end": {}, "keepAnalysis": 1}', "cannot be made"],
])("a kept prompt that %s gets a clear word", (_, kept, word) => {
  const state = { tab: "prompt", prompt: { kept, against: "kept" } };
  const fragment = `#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;
  return inPage(browser, address, { fragment }, async ({ page }) => {
    await expect.poll(() => page.getByLabel("Problems").innerText()).toContain(word);
    expect(await page.locator(".result .message").count()).toBeGreaterThan(3);
  });
});

test("an edit in 100,000 tokens is found", () =>
  inPage(browser, address, {}, async ({ page, settled }) => {
    const words = Array.from({ length: 100_000 }, (_, index) => ["alpha", "beta", "gamma"][(index * 7 + 1) % 3]);
    const say = (list) => JSON.stringify({ messages: [{ role: "user", content: list.join(" ") }] });
    await write(page, CONVERSATION, say(words));
    await settled();
    await page.getByRole("button", { name: "Keep this one to compare with" }).click();
    await write(page, CONVERSATION, say(words.with(60_000, "delta")));
    await settled();
    await expect
      .poll(() => page.locator(".result").innerText(), { timeout: 60_000 })
      .toMatch(/tokens differ, in 1 place/);
    await page.getByRole("button", { name: "First difference" }).click();
    await expect.poll(() => page.locator(".difference ins").innerText()).toContain("delta");
  }));

test("a pointer at rest does not point at what scrolls below it", () =>
  inPage(browser, address, { width: 1280, height: 700 }, async ({ page, settled }) => {
    await settled();
    await page.getByRole("radio", { name: "Tokens" }).check();
    await page.locator('.result [data-at="30"]').hover();
    const offset = () => page.locator(".inspector").innerText();
    await expect.poll(offset).toMatch(/offset\s*30\b/);
    await page.evaluate(() => scrollBy(0, 150));
    await page.waitForTimeout(500);
    expect(await offset()).toMatch(/offset\s*30\b/);
    await page.locator('.result [data-at="42"]').hover();
    await expect.poll(offset).toMatch(/offset\s*42\b/);
  }));
