import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { launch, openPage } from "./browser.mjs";

const { address, chromium } = inject("playground");

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

test("every job by the keyboard alone", async () => {
  const { page, settled, complaints, copied, close } = await openPage(browser, address, { width: 1280 });
  const { keyboard } = page;
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      const label = element?.getAttribute("aria-label") ?? element?.labels?.[0]?.textContent;
      return `${label ?? ""} ${element?.textContent?.slice(0, 60) ?? ""}`.trim();
    });
  const goTo = async (name) => {
    for (let presses = 0; presses < 60; presses++) {
      if (name.test(await focused())) return;
      await keyboard.press("Tab");
    }
    throw new Error(`no press of Tab leads to ${name}`);
  };
  await settled();

  await keyboard.press("Tab");
  expect(await focused()).toBe("Skip to the work");
  await keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement.id)).toBe("work");

  // Tab leaves the editor; it does not stay in it.
  await goTo(/^Conversation, as JSON/);
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type('{"messages":[{"role":"user","content":"By hand"}]}');
  await settled();
  await expect.poll(() => page.locator(".result").innerText()).toContain("By hand");

  await goTo(/^Text/);
  await keyboard.press("ArrowRight");
  expect(await page.getByRole("radio", { name: "Tokens" }).isChecked()).toBe(true);
  await goTo(/^Copy the prompt as/);
  await keyboard.press("t");
  await goTo(/^Copy$/);
  await keyboard.press("Enter");
  await page.getByText(/^Copied/).waitFor();
  expect(await copied()).not.toBe("");
  await goTo(/^Prompt\. The arrow keys walk/);
  for (let steps = 0; steps < 4; steps++) await keyboard.press("ArrowRight");
  await expect.poll(() => page.locator(".inspector").innerText()).toMatch(/"By"[\s\S]*offset\s*3/);

  // The same prompt, ending otherwise, and to where it differs.
  await page.getByRole("region", { name: /^Prompt\./ }).press("Shift+Tab");
  await goTo(/^Keep this one to compare with/);
  await keyboard.press("Shift+Tab");
  expect(await focused()).toMatch(/^Compare with/);
  await keyboard.type("ending with the last");
  await settled();
  await goTo(/^First difference/);
  await keyboard.press("Enter");
  await expect.poll(() => page.locator(".inspector").innerText()).toMatch(/<\|start\|>[\s\S]*in this one/);
  for (let presses = 0; presses < 5 && !/^Compare with/.test(await focused()); presses++)
    await keyboard.press("Shift+Tab");
  await keyboard.type("nothing");
  await expect.poll(() => page.locator(".difference").count()).toBe(0);

  // From the prompt back to the cards, and on from there.
  await page.evaluate(() => document.getElementById("work").focus());
  await goTo(/^JSON/);
  await keyboard.press("ArrowRight");
  await goTo(/^Add message/);
  await keyboard.press("Enter");
  await expect.poll(() => page.locator("details.card").count()).toBe(2);
  await goTo(/^Content/);
  await keyboard.type("In a card");
  await settled();
  await expect.poll(() => page.locator(".result").innerText()).toContain("In a card");
  await goTo(/^Move up/);
  await keyboard.press("Enter");
  await settled();
  await expect.poll(() => page.locator(".result").innerText()).toMatch(/In a card[\s\S]*By hand/);

  await page.evaluate(() => document.getElementById("work").focus());
  await keyboard.press("Shift+Tab");
  for (let presses = 0; presses < 10 && (await focused()) !== "Completion"; presses++)
    await keyboard.press("Shift+Tab");
  expect(await focused()).toBe("Completion");
  await keyboard.press("Enter");
  await settled();
  await goTo(/^Tokens read/);
  await keyboard.press("Home");
  for (let steps = 0; steps < 3; steps++) await keyboard.press("ArrowRight");
  await expect.poll(() => page.locator(".result").innerText()).toContain("After 3 tokens: reading content.");
  await keyboard.press("End");
  await expect.poll(() => page.locator(".result").innerText()).toContain("The input has ended.");
  await goTo(/^Message 1/);
  await expect.poll(() => page.locator(".strip .is-lit").count()).toBeGreaterThan(5);
  expect(complaints).toEqual([]);
  await close();
});
