import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { launch, openPage, write } from "./browser.mjs";

const { address, chromium, template } = inject("playground");
const CONVERSATION = "Conversation, as JSON";
const TEMPLATE = "Chat template, in Jinja";

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

/** Opens the page at Compare, runs something there, and expects that the page complains of nothing. */
async function inCompare(setting, run) {
  const opened = await openPage(browser, address, setting);
  const { page, tab, close, complaints } = opened;
  try {
    await tab("Compare");
    await page.getByRole("heading", { name: "Chat template" }).waitFor();
    await opened.settled();
    await run(opened, page);
    expect(await opened.violations()).toEqual([]);
    expect(await opened.overflow()).toBe(0);
    expect(complaints).toEqual([]);
  } finally {
    await close();
  }
}

const difference = (page) => page.locator(".difference");
const problems = (page) => page.getByLabel("Problems");

const SETTINGS = [360, 1024, 1920].flatMap((width) =>
  ["light", "dark"].map((colorScheme) => ({ width, colorScheme, height: width < 500 ? 780 : 1000 })),
);
const FORCED = { width: 1024, colorScheme: "dark", height: 900, forcedColors: "active" };

describe.each([...SETTINGS, FORCED])("$width px, $colorScheme, forced colours: $forcedColors", (setting) => {
  test("the prompt beside what the template of gpt-oss makes", async () => {
    await inCompare(setting, async ({ copied }, page) => {
      await expect.poll(() => page.locator(".result").innerText()).toContain("Once there is a template");
      await write(page, TEMPLATE, template);
      await expect.poll(() => difference(page).innerText()).toMatch(/21 tokens differ, in 8 places/);
      expect(await difference(page).innerText()).toMatch(/only here: 10\s+only in the template: 11/);
      await page.getByRole("button", { name: "First difference" }).click();
      await expect.poll(() => page.locator(".inspector").innerText()).toMatch(/198[\s\S]*"\\n"[\s\S]*133 here/);
      await page.getByRole("button", { name: "Next" }).click();
      await expect.poll(() => difference(page).innerText()).toContain("2 of 8");
      await page.getByRole("button", { name: "Previous" }).click();
      await page.getByRole("radio", { name: "Tokens" }).check();
      // The template writes a comma behind the comment, JSON with a space, and no constrain marker.
      await page.locator(".flow ins").last().scrollIntoViewIfNeeded();
      await expect.poll(() => page.locator(".flow ins").first().innerText()).toMatch(/^,↵\s*$/);
      await expect.poll(() => page.locator(".flow del .chip-constrain").count()).toBe(1);

      await page.locator("details summary", { hasText: "Its variables" }).click();
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      await page.getByText(/^Copied/).waitFor();
      const inputs = JSON.parse(await copied());
      expect(inputs).toMatchObject({ reasoning_effort: "medium", add_generation_prompt: true });
      expect(inputs.model_identity).toContain("You are ChatGPT");
      expect(inputs.tools.map((tool) => tool.function.name)).toEqual(["get_weather"]);
      expect(inputs.messages.map(({ role }) => role)).toEqual([
        ...["system", "user", "assistant", "tool", "assistant", "user"],
      ]);
      expect(inputs.messages[2]).toMatchObject({
        thinking: "They ask for the weather of today. I have a tool for that.",
        tool_calls: [{ function: { name: "get_weather", arguments: { city: "Lisbon" } } }],
      });
      await page.getByLabel(/^Arguments of calls as values/).uncheck();
      await expect.poll(() => difference(page).innerText()).not.toContain("21 tokens differ");
    });
  });
});

describe("what the template is given", () => {
  const unsaid = (page) => page.locator(".unsaid");
  /** Compares a conversation, and hands over what the template is given. A template that meets another day throws. */
  const giving = (name, day, value, run) =>
    test(name, async () => {
      const opened = await openPage(browser, address);
      const { page, settled, tab, close, complaints, copied } = opened;
      await settled();
      await write(page, CONVERSATION, JSON.stringify(value));
      await settled();
      await tab("Compare");
      const said = `{% if strftime_now('%Y-%m-%d') != '${day}' %}{{ raise_exception('another day') }}{% endif %}x`;
      await write(page, TEMPLATE, said);
      await expect.poll(() => difference(page).count()).toBe(1);
      await settled();
      await page.locator("details summary", { hasText: `for ${day}` }).click();
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      await page.getByText(/^Copied/).waitFor();
      await run(JSON.parse(await copied()), await unsaid(page).innerText());
      expect(complaints).toEqual([]);
      await close();
    });
  const today = new Date().toLocaleDateString("sv");

  giving(
    "what has no place in it is said",
    "2025-06-28",
    {
      messages: [
        {
          role: "system",
          content: [
            {
              type: "system_content",
              conversation_start_date: "2025-06-28",
              knowledge_cutoff: "2023-01",
              tools: { python: { name: "python", description: "Runs programs.", tools: [] } },
            },
          ],
        },
        { role: "user", name: "Ada", content: "Now?" },
        { role: "assistant", channel: "analysis", recipient: "python", content: "1 + 1" },
        { role: "tool", name: "python", recipient: "assistant", content: "2" },
      ],
    },
    (inputs, words) => {
      expect(words).toContain("The knowledge cutoff (2023-01).");
      expect(words).toContain("The channels, which are not the usual three.");
      expect(words).toContain("What python can do");
      expect(words).toContain("The name in messages[1] (Ada).");
      expect(words).toContain("The call of python in messages[2]");
      expect(words).toContain("The result in messages[3], of python");
      expect(inputs).toEqual({
        messages: [{ role: "user", content: "Now?" }],
        builtin_tools: ["python"],
        add_generation_prompt: true,
      });
    },
  );
  const call = (name) => ({ role: "assistant", channel: "commentary", recipient: `functions.${name}`, content: "{}" });
  const result = (name) => ({ role: "tool", name: `functions.${name}`, recipient: "assistant", content: name });
  giving(
    "calls that follow each other are one message",
    today,
    {
      messages: [
        { role: "user", content: "Both?" },
        { role: "assistant", channel: "analysis", content: "Two calls." },
        { role: "assistant", channel: "commentary", content: "I look." },
        ...[call("a"), call("b"), result("b"), result("a")],
        { role: "assistant", channel: "analysis", content: "Done." },
        { role: "assistant", channel: "final", content: "Both." },
      ],
    },
    (inputs, words) => {
      expect(words).toContain("That there is no date");
      const called = (id, name) => ({ id, type: "function", function: { name, arguments: {} } });
      expect(inputs.messages).toEqual([
        { role: "user", content: "Both?" },
        {
          role: "assistant",
          content: "I look.",
          thinking: "Two calls.",
          reasoning_content: "Two calls.",
          tool_calls: [called("call_1", "a"), called("call_2", "b")],
        },
        { role: "tool", tool_call_id: "call_2", name: "b", content: "b" },
        { role: "tool", tool_call_id: "call_1", name: "a", content: "a" },
        { role: "assistant", content: "Both.", thinking: "Done.", reasoning_content: "Done." },
      ]);
    },
  );
  const question = { role: "user", content: "Is it warm?" };
  giving(
    "a request is given as it is",
    today,
    {
      model: "gpt-oss-20b",
      reasoning_effort: "high",
      messages: [
        question,
        {
          role: "assistant",
          content: null,
          reasoning_content: "I ask.",
          tool_calls: [{ id: "x", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
        },
        { role: "tool", tool_call_id: "x", content: "21" },
      ],
      tools: [{ type: "function", function: { name: "f" } }],
      response_format: { type: "json_object" },
    },
    (inputs, words) => {
      expect(words).toContain("The form of the answer (response_format).");
      expect(inputs.reasoning_effort).toBe("high");
      expect(inputs.tools).toEqual([{ type: "function", function: { name: "f" } }]);
      expect(inputs.messages).toEqual([
        question,
        {
          role: "assistant",
          thinking: "I ask.",
          reasoning_content: "I ask.",
          tool_calls: [{ id: "x", type: "function", function: { name: "f", arguments: { a: 1 } } }],
        },
        { role: "tool", tool_call_id: "x", content: "21" },
      ]);
    },
  );
});

describe("a template that fails", () => {
  test.each([
    ["without its end", "a\n{% for m in messages %}\nb", /ends before {% for %} is closed by {% endfor %}, at line 2/],
    ["that ends in a tag", "a\n\n{{ messages", /Unexpected end of input, at line 3/],
    ["that ends in a block", "a\n\n{% set x %}b", /ends before a block is closed, at line 3/],
    ["that throws", "{# c #}\n\n{{- 'a' }}\n{{ raise_exception('Not so.') }}", /stops: Not so, at line 4/],
    ["with a character that means nothing", "a\nb {{ 1 $ 2 }}\n", /Unexpected character: \$, at line 2/],
    ["with half an expression", "a\n\n{{ 1 + }}\nc", /at line 3/],
    ["with an unknown filter", "a\n{% if true %}\n{{ 'a' | shout }}{% endif %}", /shout, at line 3/],
    [
      "without end",
      "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
      /after 5 seconds/,
    ],
    ["that takes all memory", "{% for i in range(4000000000) %}{% endfor %}", /after 5 seconds|memory|stops/],
    [
      "that doubles without end",
      "{% set n = namespace(s='a') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
      /stops: Invalid string length/,
    ],
    [
      "that writes too much",
      "{% set n = namespace(s='a') %}{% for i in range(25) %}{% set n.s = n.s + n.s %}{% endfor %}{{ n.s }}",
      /writes 33,554,432 characters, which is too much/,
    ],
  ])("%s", async (_name, text, word) => {
    await inCompare({}, async ({ settled }, page) => {
      await write(page, TEMPLATE, text);
      await expect.poll(() => problems(page).innerText(), { timeout: 30_000 }).toMatch(word);
      expect(await page.locator(".result").innerText()).toContain("The template has made no prompt.");
      // The page goes on, with a new worker where the old one was ended.
      await write(page, TEMPLATE, "<|start|>user<|message|>{{ messages[1].content }}<|end|>");
      await expect.poll(() => difference(page).innerText(), { timeout: 30_000 }).toContain("tokens differ");
      await settled();
      expect(await problems(page).count()).toBe(0);
    });
  });
});

test("a template of 10 MB: nothing lost, nothing hung, and a word that it is in no link", async () => {
  const { page, tab, complaints, close } = await openPage(browser, address);
  await tab("Compare");
  await page.getByRole("heading", { name: "Chat template" }).waitFor();
  const long = `{# ${"All work and no play. ".repeat(455_000)} #}{{ messages[1].content }}`;
  await write(page, TEMPLATE, long);
  await expect.poll(() => difference(page).innerText(), { timeout: 120_000 }).toContain("tokens differ");
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Too long for a link").waitFor({ timeout: 30_000 });
  await page.waitForTimeout(2000);
  await page.reload();
  await expect.poll(() => difference(page).innerText(), { timeout: 120_000 }).toContain("tokens differ");
  expect(complaints).toEqual([]);
  await close();
}, 300_000);

test("what a template writes stays text, and its markers are markers", async () => {
  await inCompare({}, async ({ settled }, page) => {
    const evil = '<img src=x onerror="globalThis.harm=1"><script>globalThis.harm=1</script>';
    await write(page, TEMPLATE, `{{ '${evil}' }}<|start|>{{ raise_exception }}`);
    await expect.poll(() => difference(page).innerText()).toContain("<img src=x");
    await write(page, TEMPLATE, `{{ raise_exception('${evil}') }}`);
    await expect.poll(() => problems(page).innerText()).toContain("<img src=x");
    await settled();
    expect(await page.locator("img, main script").count()).toBe(0);
    expect(await page.evaluate(() => globalThis.harm)).toBeUndefined();
  });
});

test("a marker that the user spells is a marker for the template's reader alone", async () => {
  const opened = await openPage(browser, address);
  const { page, settled, tab, close, complaints } = opened;
  await settled();
  await write(page, CONVERSATION, '{"messages": [{"role": "user", "content": "Say <|end|>"}]}');
  await settled();
  await tab("Compare");
  await write(page, TEMPLATE, "<|start|>user<|message|>{{ messages[0].content }}<|end|><|start|>assistant");
  await expect
    .poll(() => page.locator(".result").innerText())
    .toContain("The texts are the same, and the tokens are not");
  await expect.poll(() => page.locator(".flow ins .chip-end").count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

test("the same prompt has no difference", async () => {
  const opened = await openPage(browser, address);
  const { page, settled, tab, close, complaints } = opened;
  await settled();
  await write(page, CONVERSATION, '{"messages": [{"role": "user", "content": "Hi"}]}');
  await settled();
  await tab("Compare");
  const loop = "{% for m in messages %}<|start|>{{ m.role }}<|message|>{{ m.content }}<|end|>{% endfor %}";
  await write(page, TEMPLATE, `${loop}{% if add_generation_prompt %}<|start|>assistant{% endif %}`);
  await expect.poll(() => difference(page).innerText()).toContain("No token differs.");
  expect(complaints).toEqual([]);
  await close();
});

test("a file is opened, and the template is in the link", async () => {
  const opened = await openPage(browser, address);
  const { page, tab, close, complaints, copied } = opened;
  await tab("Compare");
  await page.getByLabel("Open a file").setInputFiles({
    name: "tokenizer_config.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify({ model_max_length: 1, chat_template: template })),
  });
  await page.getByText("Opened tokenizer_config.json").waitFor();
  await expect.poll(() => difference(page).innerText()).toContain("21 tokens differ");
  await page.getByRole("radio", { name: "Tokens" }).check();
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Link copied").waitFor();
  const link = await copied();
  expect(new URL(link).hash).toMatch(/^#v1\.[\w-]+$/);
  const elsewhere = await openPage(browser, link);
  await expect.poll(() => difference(elsewhere.page).innerText()).toContain("21 tokens differ");
  expect(await elsewhere.page.getByRole("radio", { name: "Tokens" }).isChecked()).toBe(true);
  expect([...complaints, ...elsewhere.complaints]).toEqual([]);
  await elsewhere.close();
  await close();
});

test("by the keyboard alone", async () => {
  await inCompare({ width: 1280 }, async ({ settled }, page) => {
    await write(page, TEMPLATE, template);
    await settled();
    await expect.poll(() => difference(page).innerText()).toContain("21 tokens differ");
    const { keyboard } = page;
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        return `${element?.getAttribute("aria-label") ?? ""} ${element?.textContent?.slice(0, 40) ?? ""}`.trim();
      });
    const goTo = async (name) => {
      for (let presses = 0; presses < 40; presses++) {
        if (name.test(await focused())) return;
        await keyboard.press("Tab");
      }
      throw new Error(`no press of Tab leads to ${name}`);
    };
    await goTo(/^First difference/);
    await keyboard.press("Enter");
    await keyboard.press("Enter");
    await expect.poll(() => difference(page).innerText()).toContain("2 of 8");
    await goTo(/^Differences\./);
    await keyboard.press("Home");
    await keyboard.press("ArrowRight");
    await expect.poll(() => page.locator(".inspector").innerText()).toMatch(/17360[\s\S]*"system"/);
    await goTo(/^Merges/);
    await keyboard.press("Enter");
    await expect.poll(() => page.locator(".merges li").count()).toBe(6);
  });
});
