import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { launch, openPage, write } from "./browser.mjs";

const { address, chromium } = inject("playground");
const CONVERSATION = "Conversation, as JSON";
const COMPLETION = "Completion: ids, text, or an engine's answer";
const SCHEMA = "Schema, as JSON";

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

const SETTINGS = [360, 1024, 1920].flatMap((width) =>
  ["light", "dark"].map((colorScheme) => ({ width, colorScheme, height: width < 500 ? 780 : 1000 })),
);
const FORCED = { width: 1024, colorScheme: "dark", height: 900, forcedColors: "active" };

describe.each([...SETTINGS, FORCED])("$width px, $colorScheme, forced colours: $forcedColors", (setting) => {
  const inPage = (name, run) =>
    test(name, async () => {
      const opened = await openPage(browser, address, setting);
      try {
        await opened.settled();
        await run(opened, opened.page);
        expect(await opened.violations()).toEqual([]);
        expect(await opened.overflow()).toBe(0);
        expect(opened.complaints).toEqual([]);
      } finally {
        await opened.close();
      }
    });

  inPage("a conversation becomes a prompt", async ({ copied, settled }, page) => {
    const prompt = page.locator(".result");
    await expect.poll(() => prompt.innerText()).toContain("229 tokens, 1 message left out");
    const counts = (await page.locator(".counts").innerText()).match(/\d+/g).map(Number);
    // By role, then by section: header, content, terminator.
    expect(counts.slice(0, 5).reduce((sum, count) => sum + count)).toBe(229);
    expect(counts.slice(5)).toEqual([44, 178, 7]);
    // The text of a block is made when it comes into view.
    const leftOut = page.locator("del").first();
    await leftOut.scrollIntoViewIfNeeded();
    await expect.poll(() => leftOut.innerText()).toContain("They ask for the weather of today.");
    await page.locator(".result .message").last().scrollIntoViewIfNeeded();
    await expect.poll(() => page.locator(".message").last().locator(".chip-start").count()).toBe(1);

    await page.getByRole("radio", { name: "Tokens" }).check();
    await page.locator('[data-at="1"]').hover();
    const inspector = page.locator(".inspector");
    await expect
      .poll(() => inspector.innerText())
      .toMatch(/17360[\s\S]*"system"[\s\S]*73 79 73 74 65 6d[\s\S]*offset\s*1/);

    const copy = async (form) => {
      await page.getByLabel("Copy the prompt as").selectOption(form);
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      await page.getByText(/^Copied/).waitFor();
      return copied();
    };
    const ids = JSON.parse(await copy("Token ids"));
    expect(ids.length).toBe(229);
    expect(ids.slice(0, 3)).toEqual([200006, 17360, 200008]);
    expect(await copy("Text")).toMatch(/^<\|start\|>system<\|message\|>You are [\s\S]*<\|start\|>assistant$/);
    expect(JSON.parse(await copy("JSON")).messages).toHaveLength(8);
    expect(await copy("TypeScript")).toContain('renderConversationForCompletion(conversation, "assistant")');
    expect(await copy("Python")).toContain("render_conversation_for_completion(conversation, Role.ASSISTANT)");
    const body = (text) => JSON.parse(/-d '([^']*)'/.exec(text)[1]);
    expect(body(await copy("curl, llama.cpp"))).toMatchObject({ prompt: ids, return_tokens: true });
    expect(body(await copy("curl, vLLM"))).toMatchObject({ prompt: ids, return_token_ids: true, max_tokens: 1024 });

    await page.getByLabel("Analysis kept").selectOption("all");
    await settled();
    await expect.poll(() => page.locator("del").count()).toBe(0);
  });

  inPage("a mistake stands beside its place", async ({ settled }, page) => {
    await write(page, CONVERSATION, '{"messages": [{"role": "usr", "content": "Hi"}]}');
    await settled();
    await expect.poll(() => page.getByLabel("Problems").innerText()).toContain("unknown role: usr at messages[0].role");
    expect(await page.locator(".editor .is-error").innerText()).toBe('"usr"');
    await write(page, CONVERSATION, '{"messages": [{"role": "user", "content": "Hi",}]}');
    await settled();
    await expect.poll(() => page.getByLabel("Problems").innerText()).toContain("key must be a string at line 1");
    await write(page, CONVERSATION, '{"messages": [{"role": "user", "content": "Hi", "chanel": "final"}]}');
    await settled();
    await expect.poll(() => page.getByLabel("Problems").innerText()).toContain("messages[0].chanel is not a field");
    await page.getByRole("button", { name: "Show it" }).click();
    expect(await page.locator(".editor .is-warning").innerText()).toBe('"final"');
  });

  inPage("a Chat Completions request is recognised", async ({ settled }, page) => {
    await page.getByLabel("Examples").selectOption({ label: "A Chat Completions request" });
    await settled();
    await expect.poll(() => page.locator(".result").innerText()).toContain("I have a tool for that.");
    expect(await page.getByLabel("Read as").innerText()).toContain("Recognised: Chat Completions");
    const part = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    await write(page, CONVERSATION, JSON.stringify({ model: "m", messages: [{ role: "user", content: [part] }] }));
    await settled();
    await expect.poll(() => page.getByLabel("Problems").innerText()).toContain("the model reads text only");
  });

  inPage("a conversation is written in cards", async ({ settled }, page) => {
    const result = page.locator(".result");
    const card = (index) => page.locator("details.card").nth(index);
    await page.getByRole("radio", { name: "Cards" }).check();
    await card(0).locator("summary").click();
    await card(0).getByLabel("Reasoning effort").selectOption("High");
    await settled();
    const first = result.locator(".message").first();
    await first.scrollIntoViewIfNeeded();
    await expect.poll(() => first.innerText()).toContain("Reasoning: high");
    await card(0).locator("summary").click();
    await expect.poll(() => card(0).getByLabel("Role").count()).toBe(0);

    await card(1).locator("summary").click();
    await write(page, "Tools", '{"functions": {"name": "functions", "tools": [{"name": "roll_dice", "description": ""');
    await expect.poll(() => card(1).locator(".field-problem.is-error").count()).toBe(1);
    await write(
      page,
      "Tools",
      '{"functions": {"name": "functions", "tools": [{"name": "roll dice", "description": ""}]}}',
    );
    await settled();
    await result.locator(".message").nth(1).scrollIntoViewIfNeeded();
    await expect.poll(() => result.innerText()).toContain("type roll dice");
    await expect.poll(() => card(1).locator(".field-problem").innerText()).toContain("tools[0].name");
    await card(1).locator("summary").click();

    await page.getByLabel("Role of the new message").selectOption("assistant");
    await page.getByRole("button", { name: "Add message" }).click();
    await expect.poll(() => page.locator("details.card").count()).toBe(9);
    await card(8).getByLabel("Content", { exact: true }).fill("Take one along.");
    await card(8).getByLabel("Channel").fill("fi nal");
    await settled();
    await expect.poll(() => card(8).locator(".field-problem").innerText()).toContain("holds white space");
    await card(8).getByLabel("Channel").fill("final");
    await card(8).getByRole("button", { name: "Move up" }).click();
    await settled();
    const focus = await card(7)
      .getByRole("button", { name: "Move up" })
      .evaluate((it) => it === document.activeElement);
    expect(focus).toBe(true);
    await result.locator(".message").last().scrollIntoViewIfNeeded();
    await expect.poll(() => result.innerText()).toMatch(/Take one along\.[\s\S]*And do I need an umbrella\?/);
    await card(7).getByRole("button", { name: "Delete" }).click();
    await settled();
    await expect.poll(() => page.locator("details.card").count()).toBe(8);
    await expect.poll(() => result.innerText()).not.toContain("Take one along.");
    await page.getByRole("radio", { name: "JSON" }).check();
    await settled();
    await first.scrollIntoViewIfNeeded();
    await expect.poll(() => first.innerText()).toContain("Reasoning: high");
  });

  inPage("a completion is read token by token", async ({ tab, settled, copied }, page) => {
    await tab("Completion");
    await settled();
    const result = page.locator(".result");
    await expect.poll(() => result.innerText()).toContain("The input has ended.");
    await page.getByLabel("Tokens read").fill("20");
    await expect.poll(() => result.innerText()).toContain("After 20 tokens: reading a header.");
    expect(await page.locator(".header-read").innerText()).toContain("start assistant channel comment");
    await page.getByRole("button", { name: "One token back" }).click();
    await expect.poll(() => result.innerText()).toContain("After 19 tokens");
    await page.getByLabel("Tokens a second").selectOption("1000/s");
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => result.innerText()).toContain("The input has ended.");
    await page.locator(".read-messages .message").first().hover();
    await expect.poll(() => page.locator(".strip .is-lit").count()).toBeGreaterThan(5);
    await page.locator(".strip [data-at='5']").hover();
    await expect.poll(() => page.locator(".read-messages .message.is-lit").count()).toBe(1);

    const save = async (form) => {
      await page.getByLabel("Save the case as").selectOption(form);
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      await page.getByText(/^Copied/).waitFor();
      return copied();
    };
    expect(await save("Test in TypeScript")).toContain('recipient": "functions.get_weather"');
    expect(await save("Bug report")).toContain("**What the model wrote** after `<|start|>assistant`");
  });

  inPage("a malformed completion, in three modes", async ({ tab, settled }, page) => {
    await tab("Completion");
    await page.getByLabel("Examples").selectOption({ label: "repeated start" });
    await settled();
    const diagnostics = page.locator(".diagnostics");
    await expect.poll(() => diagnostics.innerText()).toContain("A start token follows a start token.");
    await diagnostics.getByRole("button").first().click();
    await expect.poll(() => page.locator(".strip .is-current").getAttribute("data-at")).toBe("5");
    const strict = page.getByRole("region", { name: "strict" });
    expect(await strict.locator(".is-error").count()).toBe(1);
    await page.getByRole("radio", { name: "strict" }).check();
    await page.getByRole("button", { name: "To the end" }).click();
    await expect.poll(() => page.locator(".result").innerText()).toContain("strict gives up");
  });

  inPage("a schema becomes TypeScript", async ({ tab, settled }, page) => {
    await tab("Type schema");
    await settled();
    await expect.poll(() => page.locator(".declaration").innerText()).toContain('unit?: "celsius" | "fahrenheit"');
    await write(page, SCHEMA, '{"type": "object",');
    await settled();
    await expect.poll(() => page.getByLabel("Problems").count()).toBe(1);
  });
});

test("every documented conversation and every malformed completion is one click away", async () => {
  const opened = await openPage(browser, address);
  const { page, settled, tab, close, complaints } = opened;
  await settled();
  for (const [name, least] of [
    ["Prompt", 20],
    ["Completion", 40],
  ]) {
    await tab(name);
    const options = page.getByLabel("Examples").locator("option");
    await page.getByRole("heading", { name: name === "Prompt" ? "Conversation" : name }).waitFor();
    const count = await options.count();
    expect(count).toBeGreaterThan(least);
    for (let index = 1; index < count; index += 4) {
      await page.getByLabel("Examples").selectOption({ index });
      await settled();
      expect(await page.getByLabel("Problems").locator(".is-error").count()).toBe(0);
      await expect.poll(() => page.locator(".result .message").count()).toBeGreaterThanOrEqual(0);
    }
  }
  expect(complaints).toEqual([]);
  await close();
});

describe("what somebody pastes", async () => {
  const { readFileSync } = await import("node:fs");
  /** An exchange, with what was asked and what came back. */
  const wire = (name) => readFileSync(new URL(`../../tests/engines/wire/${name}.txt`, import.meta.url), "utf8");
  test.each([
    ["[200005, 17196, 200008, 13022, 200002]", "5 token ids"],
    ["200005 17196 200008", "3 token ids"],
    ["<|channel|>final<|message|>Yes<|return|>", "text with markers"],
    ["analysisThink.assistantfinalYes.", "text whose markers were dropped"],
    [wire("llama-server/completion"), "llama.cpp"],
    [wire("llama-server/completion-stream"), "an event stream of llama.cpp"],
    [wire("vllm/completions-stream-ids"), "an event stream of vLLM"],
    [wire("from-source/sglang-cumulative"), "an event stream of SGLang"],
    [wire("from-source/ollama"), "a stream of JSON lines of Ollama"],
  ])("%.40s", async (text, recognised) => {
    const opened = await openPage(browser, address);
    const { page, settled, tab, close, complaints } = opened;
    await tab("Completion");
    await settled();
    await write(page, COMPLETION, text);
    await settled();
    await expect.poll(() => page.locator(".recognised").innerText()).toContain(recognised);
    expect(complaints).toEqual([]);
    await close();
  });
});

test("the state is in the link; back, forward and reload keep it", async () => {
  const opened = await openPage(browser, address);
  const { page, settled, tab, close, complaints, copied } = opened;
  await settled();
  await write(page, CONVERSATION, '{"messages": [{"role": "user", "content": "Only here"}]}');
  await settled();
  await tab("Completion");
  await settled();
  await tab("Type schema");
  await settled();
  await page.goBack();
  await page.getByRole("heading", { name: "Completion" }).waitFor();
  await page.goBack();
  await expect.poll(() => page.locator(".result").innerText()).toContain("Only here");
  await page.goForward();
  await page.getByRole("heading", { name: "Completion" }).waitFor();
  await page.goBack();
  await page.reload();
  await expect.poll(() => page.locator(".result").innerText()).toContain("Only here");
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Link copied").waitFor();
  const link = await copied();
  expect(new URL(link).hash).toMatch(/^#v1\.[\w-]+$/);
  const elsewhere = await openPage(browser, link);
  await expect.poll(() => elsewhere.page.locator(".result").innerText()).toContain("Only here");
  expect([...complaints, ...elsewhere.complaints]).toEqual([]);
  await elsewhere.close();
  await close();
});
