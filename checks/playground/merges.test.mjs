import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { loadHarmonyEncoding } from "../../dist/index.js";
import { TOKEN_COUNT } from "../../src/tokenizer/merges.generated.ts";
import { merges } from "../../src/tokenizer/merges.ts";
import { launch, openPage, write } from "./browser.mjs";

const { address, chromium } = inject("playground");
const { tokenizer } = loadHarmonyEncoding();

/** For every token, which two it is merged from, as the vocabulary itself has it; the page finds them another way. */
const [lefts, rights] = [new Int32Array(TOKEN_COUNT), new Int32Array(TOKEN_COUNT)];
merges().readAll(lefts, rights);

/** The ids of all merges below a token, in the order of their ranks, which is that of the merging. */
function mergesOf(token) {
  if (token < 256) return [];
  return [...mergesOf(lefts[token]), ...mergesOf(rights[token]), token].sort((a, b) => a - b);
}

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

const TEXT = "system umbrella Lisbon internationalization                     ☀️ नमस्ते 你好 \t\t\t";

test("a token unfolds into the merges that made it", async () => {
  const opened = await openPage(browser, address);
  const { page, settled, violations, close, complaints } = opened;
  await settled();
  await write(page, "Conversation, as JSON", JSON.stringify({ messages: [{ role: "user", content: TEXT }] }));
  await settled();
  await page.getByRole("radio", { name: "Tokens" }).check();
  await page.locator('[data-at="3"]').hover();
  const inspector = page.locator(".inspector");
  await inspector.locator("summary").click();
  const tokens = tokenizer.encode(TEXT);
  expect(tokens.length).toBeGreaterThan(12);
  await page.getByRole("region", { name: /^Prompt\./ }).focus();
  for (const [index, token] of tokens.entries()) {
    if (index > 0) await page.keyboard.press("ArrowRight");
    const expected = mergesOf(token);
    await expect.poll(() => inspector.innerText()).toMatch(new RegExp(`id\\s*${token}\\b`));
    if (expected.length === 0) {
      await expect.poll(() => inspector.innerText()).toContain("A single byte: nothing is merged.");
      continue;
    }
    await expect.poll(() => inspector.locator(".merges li").count()).toBe(expected.length + 1);
    // The list of the token before has as many rows, perhaps.
    await expect.poll(() => inspector.locator(".merge-rank").last().innerText()).toBe(`rank ${token}`);
    const ranks = await inspector.locator(".merge-rank").allInnerTexts();
    expect(ranks).toEqual(["bytes", ...expected.map((rank) => `rank ${rank}`)]);
    const before = inspector.locator(".merges li").nth(-2).locator(".merge-piece");
    const parts = [lefts[token], rights[token]].map((part) => tokenizer.tokenText(part));
    if (!parts.includes(undefined) && /^[a-z ]+$/i.test(parts.join(""))) {
      expect(await before.allInnerTexts()).toEqual(parts.map((part) => part.replaceAll(" ", "␣")));
    } else expect(await before.count()).toBe(2);
  }
  expect(await violations()).toEqual([]);
  // The special token before the text.
  await page.locator('[data-at="2"]').hover();
  await expect.poll(() => inspector.innerText()).toContain("A special token is matched as a whole");
  expect(complaints).toEqual([]);
  await close();
});
