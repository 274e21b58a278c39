import { expect } from "vitest";
import { openPage } from "./browser.mjs";

/** Does a job in a page of its own, and looks at what the page is then: sound, within the window, and without a complaint. */
export async function inPage(browser, address, setting, run) {
  const opened = await openPage(browser, address, setting);
  try {
    await opened.settled();
    await run(opened);
    expect(await opened.violations()).toEqual([]);
    expect(await opened.overflow()).toBe(0);
    // Nothing moves by itself, whatever the reader has asked the system for.
    expect(await opened.page.evaluate(() => document.getAnimations().length)).toBe(0);
    expect(opened.complaints).toEqual([]);
  } finally {
    await opened.close();
  }
}
