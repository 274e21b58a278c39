import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"];

/** Starts the browser. */
export function launch(executablePath) {
  const args = process.getuid?.() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS;
  return chromium.launch({ executablePath, args });
}

/**
 * Opens the page and keeps watch over it: what it writes to the console, what it throws, and what it requests elsewhere.
 * @param {import("playwright-core").Browser} browser
 */
export async function openPage(browser, address, { width = 1024, height = 900, fragment = "", ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(new URL(address).origin) && !/^(?:blob|data):/.test(url))
      complaints.push(`a request to ${url}`);
  });
  await page.goto(address + fragment);
  return {
    page,
    complaints,
    tab: (name) => page.getByRole("button", { name, exact: true }).click(),
    /** Waits until the worker has answered, and the page shows it. */
    settled: async () => {
      // What was typed reaches the worker after a moment.
      await page.waitForTimeout(150);
      await page.locator('.result[aria-busy="false"]').waitFor({ timeout: 60_000 });
    },
    copied: () => page.evaluate(() => navigator.clipboard.readText()),
    /** What axe-core finds, in a line each. */
    violations: async () => {
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
      );
    },
    /** Whether the page is wider than the window. */
    overflow: () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    close: () => context.close(),
  };
}

/** Replaces what stands in the editor of a name. */
export async function write(page, label, text) {
  const editor = page.getByLabel(label, { exact: true });
  await editor.focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press("ControlOrMeta+v");
}
