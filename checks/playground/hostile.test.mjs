import { readdirSync, readFileSync } from "node:fs";
import { deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { launch, openPage, write } from "./browser.mjs";
import { BUILD } from "./server.mjs";

const { address, chromium } = inject("playground");

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

const linkOf = (state) => `#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;

describe("a link", () => {
  test.each([
    ["cut", "#v1.abc", "damaged"],
    ["of no kind", "#nonsense", "not one of this page"],
    ["of a newer version", "#v2.q1YqSSxKTyxRslIqLU4tUqoFAA", "newer version"],
    ["not base64", "#v1.%%%%", "damaged"],
    ["kept in another browser", "#k1.state", "kept in another browser"],
    ["that holds something else", `#v1.${deflateRawSync("7").toString("base64url")}`, "holds no state"],
    ["that unfolds without end", `#v1.${deflateRawSync(Buffer.alloc(100_000_000)).toString("base64url")}`, "damaged"],
  ])("%s gets a clear word", async (_name, fragment, word) => {
    const { page, settled, complaints, close } = await openPage(browser, address, { fragment });
    await expect.poll(() => page.getByRole("alert").innerText(), { timeout: 20_000 }).toContain(word);
    await settled();
    expect(await page.locator(".result .message").count()).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
    await close();
  });

  test("with values of wrong types is read as far as it can be", async () => {
    const prompt = { text: 7, kind: "other", view: "tokens", __proto__: { end: 1 }, more: true };
    const { page, settled, complaints, close } = await openPage(browser, address, {
      fragment: linkOf({ tab: "nowhere", prompt, parse: null, schema: [1] }),
    });
    await settled();
    expect(await page.getByRole("radio", { name: "Tokens" }).isChecked()).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });
});

test("markup in every field stays text", async () => {
  const evil = '<img src=x onerror="globalThis.harm=1"><script>globalThis.harm=1</script>';
  const header = { name: evil, channel: evil, recipient: evil, content_type: evil };
  const messages = [{ role: "assistant", content: evil, ...header }];
  const schema = { type: "object", description: evil, properties: { [evil]: { type: "string", description: evil } } };
  const fragment = linkOf({
    tab: "prompt",
    prompt: { text: JSON.stringify({ messages }) },
    parse: { text: `<|channel|>${evil}<|message|>${evil}<|end|>${evil}`, tools: evil },
    schema: { text: JSON.stringify(schema) },
    compare: { template: evil },
  });
  const { page, settled, tab, complaints, close } = await openPage(browser, address, { fragment });
  for (const name of ["Prompt", "Completion", "Compare", "Type schema"]) {
    await tab(name);
    await settled();
    await expect.poll(() => page.locator(".result").innerText()).toContain("<img src=x");
    expect(await page.locator("img, main script").count()).toBe(0);
  }
  await tab("Prompt");
  await page.getByRole("radio", { name: "Cards" }).check();
  await expect.poll(() => page.locator(".card").innerText()).toContain("<img src=x");
  expect(await page.locator("img, main script").count()).toBe(0);
  expect(await page.evaluate(() => globalThis.harm)).toBeUndefined();
  expect(complaints).toEqual([]);
  await close();
});

test("10 MB pasted: nothing lost, nothing hung", async () => {
  const { page, settled, complaints, close } = await openPage(browser, address);
  await settled();
  const words = "The quick brown fox jumps over the lazy dog. ".repeat(222_223);
  await write(page, "Conversation, as JSON", JSON.stringify({ messages: [{ role: "user", content: words }] }));
  await expect.poll(() => page.locator(".figures").innerText(), { timeout: 120_000 }).toMatch(/2,\d{3},\d{3} tokens/);
  expect(await page.locator(".result").innerText()).toMatch(/more tokens are not shown/);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Too long for a link").waitFor({ timeout: 30_000 });
  await page.waitForTimeout(2000);
  await page.reload();
  await expect.poll(() => page.locator(".figures").innerText(), { timeout: 120_000 }).toMatch(/2,\d{3},\d{3} tokens/);
  expect(complaints).toEqual([]);
  await close();
}, 300_000);

test("2,000 messages", async () => {
  const messages = Array.from({ length: 2000 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    ...(index % 2 === 0 ? {} : { channel: "final" }),
    content: `Message ${index}, which says little.`,
  }));
  const { page, settled, violations, complaints, close } = await openPage(browser, address);
  await settled();
  await write(page, "Conversation, as JSON", JSON.stringify({ messages }));
  await expect.poll(() => page.locator(".result .message").count(), { timeout: 60_000 }).toBe(2001);
  await page.locator(".result .message").last().scrollIntoViewIfNeeded();
  await page.getByText("Message 1999, which says little.").first().waitFor();
  expect(await violations()).toEqual([]);
  await page.getByRole("radio", { name: "Cards" }).check();
  await expect.poll(() => page.locator("details.card").count(), { timeout: 30_000 }).toBe(2000);
  await page.locator("details.card summary").last().click();
  await page.locator("details.card").last().getByLabel("Content", { exact: true }).fill("The last word");
  await settled();
  await page.locator(".result .message").nth(1999).scrollIntoViewIfNeeded();
  await page.locator(".result").getByText("The last word").waitFor();
  expect(complaints).toEqual([]);
  await close();
}, 180_000);

test("a long completion without any marker, in a header, is read", async () => {
  const { page, settled, tab, complaints, close } = await openPage(browser, address);
  await tab("Completion");
  await settled();
  await write(page, "Completion: ids, text, or an engine's answer", `<|channel|>${"word ".repeat(100_000)}`);
  await expect.poll(() => page.locator(".result").innerText(), { timeout: 60_000 }).toContain("of 100,0");
  await page.getByLabel("Tokens read").fill("50000");
  await expect.poll(() => page.locator(".result").innerText()).toContain("After 50000 tokens: reading a header.");
  expect(complaints).toEqual([]);
  await close();
}, 120_000);

/** What the page loads only once something is compared, or a token unfolded. */
const LATER = /^(?:compare-tab|diff|merges|template|two-prompts)/;

test("gzipped: 150 kB at most without comparing, 175 kB with all of it, apart from the vocabulary", () => {
  const files = readdirSync(BUILD, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const weights = files
    .filter(({ name }) => !name.startsWith("vocabulary"))
    .map(({ name, parentPath }) => [name, gzipSync(readFileSync(`${parentPath}/${name}`), { level: 9 }).length]);
  expect(files.length - weights.length).toBe(1);
  const sumOf = (some) => some.reduce((total, [, weight]) => total + weight, 0);
  const atFirst = weights.filter(([name]) => !LATER.test(name));
  expect(sumOf(atFirst), JSON.stringify(weights)).toBeLessThanOrEqual(150_000);
  expect(sumOf(weights), JSON.stringify(weights)).toBeLessThanOrEqual(175_000);
});

test("what is needed only to compare is not loaded before", async () => {
  const { page, settled, tab, complaints, close } = await openPage(browser, address);
  const loaded = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname.split("/").at(-1)));
  await page.reload();
  for (const name of ["Completion", "Type schema", "Prompt"]) {
    await tab(name);
    await settled();
  }
  expect(loaded.filter((name) => LATER.test(name))).toEqual([]);
  expect(loaded.some((name) => name.startsWith("worker"))).toBe(true);
  await tab("Compare");
  await page.getByRole("heading", { name: "Chat template" }).waitFor();
  await expect.poll(() => loaded.filter((name) => LATER.test(name)).length).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
  await close();
});
