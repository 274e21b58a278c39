// Screenshots of the built page: each job, at three widths, light and dark; and the pictures of the README.
//
//   npm run screenshots [FOLDER]
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installTools } from "../tool-folder.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL(".screenshots", import.meta.url));
installTools(new URL("./", import.meta.url));
await import("../../playground/run.mjs").then(({ buildPlayground }) => buildPlayground());
const [{ installChromium }, { launch, openPage }, { takePictures }, { serveBuild }] = await Promise.all([
  import("../runtimes/chromium.mjs"),
  import("./browser.mjs"),
  import("./pictures.mjs"),
  import("./server.mjs"),
]);
mkdirSync(folder, { recursive: true });
const server = await serveBuild();
const browser = await launch(installChromium());

const { write } = await import("./browser.mjs");
const { installReference } = await import("../conformance/reference.mjs");
const { readTemplate } = await import("../peers/chat-template.mjs");
const template = readTemplate(installReference().python);

for (const width of [360, 1024, 1920]) {
  for (const colorScheme of ["light", "dark"]) {
    const opened = await openPage(browser, server.address, {
      width,
      height: width < 500 ? 780 : 1080,
      colorScheme,
      deviceScaleFactor: width < 500 ? 2 : 1,
    });
    const { page, settled, tab, close } = opened;
    const shoot = (name) =>
      page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, animations: "disabled" });
    await settled();
    await page.waitForTimeout(300);
    await shoot("prompt");
    await page.getByRole("radio", { name: "Cards" }).check();
    await page.locator("details.card summary").nth(4).click();
    await page.waitForTimeout(300);
    await shoot("cards");
    await page.getByRole("radio", { name: "JSON" }).check();
    await page.getByRole("radio", { name: "Tokens" }).check();
    await page.locator('[data-at="12"]').hover();
    await page.waitForTimeout(300);
    await shoot("tokens");
    await tab("Completion");
    await page.getByLabel("Examples").selectOption({ label: "repeated start" });
    await settled();
    await page.getByLabel("Tokens read").fill("9");
    await page.waitForTimeout(400);
    await shoot("completion");
    await page.getByText("Side by side").scrollIntoViewIfNeeded();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(300);
    await shoot("side-by-side");
    await page.evaluate(() => scrollTo(0, 0));
    await tab("Compare");
    await write(page, "Chat template, in Jinja", template);
    await page.getByRole("button", { name: "First difference" }).click();
    await page.getByRole("button", { name: "Next" }).click();
    await settled();
    await page.waitForTimeout(500);
    await shoot("compare");
    await page.getByRole("radio", { name: "Tokens" }).check();
    await page.locator(".inspector summary").click();
    await page.locator(".difference .prompt").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.locator(".merges").waitFor();
    await page.waitForTimeout(300);
    await shoot("merges");
    await page.evaluate(() => scrollTo(0, 0));
    await tab("Type schema");
    await settled();
    await page.waitForTimeout(300);
    await shoot("schema");
    await close();
  }
}
await takePictures(browser, server.address);
await browser.close();
server.close();
