import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { launch, openPage } from "./browser.mjs";

const { address, chromium } = inject("playground");

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

test("the keys of the editor", async () => {
  const { page, settled, copied, complaints, close } = await openPage(browser, address);
  const { keyboard } = page;
  await settled();
  await page.getByLabel("Conversation, as JSON", { exact: true }).focus();
  const press = async (...keys) => {
    for (const key of keys) await keyboard.press(key);
  };
  /** What stands in the editor; the selection is lost. */
  const text = async () => {
    await press("ControlOrMeta+a", "ControlOrMeta+c");
    return copied();
  };
  await press("ControlOrMeta+a", "Delete");
  await keyboard.type("  one");
  await press("Enter");
  await keyboard.type("two");
  // A new line begins as far to the right as the one before.
  expect(await text()).toBe("  one\n  two");
  await press("ControlOrMeta+End");
  await keyboard.type("!");
  await press("ControlOrMeta+Home");
  await keyboard.type("?");
  expect(await text()).toBe("?  one\n  two!");
  await press("ControlOrMeta+Home", "ControlOrMeta+Shift+End");
  await keyboard.type("all");
  expect(await text()).toBe("all");
  await press("ControlOrMeta+z", "ControlOrMeta+z");
  expect(await text()).not.toContain("all");
  await press("ControlOrMeta+Shift+z");
  await press("ControlOrMeta+y");
  expect(await text()).toBe("all");
  for (let presses = 0; presses < 20; presses++) await press("ControlOrMeta+z");
  expect(await text()).toContain('"messages"');
  expect(complaints).toEqual([]);
  await close();
});

test("lines are numbered, up to the last of many", async () => {
  const { page, settled, complaints, close } = await openPage(browser, address);
  await settled();
  const editor = page.getByLabel("Conversation, as JSON", { exact: true });
  await editor.focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), "{}\n".repeat(12_344));
  await page.keyboard.press("ControlOrMeta+v");
  await page.keyboard.press("ControlOrMeta+End");
  await expect.poll(() => editor.locator(".cm-line").last().getAttribute("data-line")).toBe("12345");
  await page.keyboard.press("ControlOrMeta+Home");
  await expect.poll(() => editor.locator(".cm-line").first().getAttribute("data-line")).toBe("1");
  expect(complaints).toEqual([]);
  await close();
});
