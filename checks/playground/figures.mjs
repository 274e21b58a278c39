// How fast the built page is, from a local server.
//
//   node checks/playground/figures.mjs
import { installChromium } from "../runtimes/chromium.mjs";
import { installTools } from "../tool-folder.mjs";

installTools(new URL("./", import.meta.url));
const [{ launch, openPage, write }, { serveBuild }] = await Promise.all([
  import("./browser.mjs"),
  import("./server.mjs"),
]);
const server = await serveBuild();
const browser = await launch(installChromium());

for (const rate of [1, 4]) {
  const [views, prompts] = [[], []];
  for (let run = 0; run < 5; run++) {
    const { page, close } = await openPage(browser, server.address, {});
    await page.goto("about:blank");
    const client = await page.context().newCDPSession(page);
    await client.send("Emulation.setCPUThrottlingRate", { rate });
    await client.send("Network.setCacheDisabled", { cacheDisabled: true });
    await page.goto(server.address);
    await page.locator(".result .message").first().waitFor();
    const [view, prompt] = await page.evaluate(() => [
      performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      performance.now(),
    ]);
    views.push(view);
    prompts.push(prompt);
    await close();
  }
  console.log(`CPU ${rate}x slower: first view ${median(views)} ms, first tokens ${median(prompts)} ms`);
}

{
  const { page, settled, close } = await openPage(browser, server.address, {});
  const words = "The quick brown fox jumps over the lazy dog, 3 times. ".repeat(125);
  const messages = Array.from({ length: 12 }, () => ({ role: "user", content: words }));
  await settled();
  await write(page, "Conversation, as JSON", JSON.stringify({ messages }, null, 2));
  await page.waitForTimeout(3000);
  console.log(`typing: ${await page.locator(".figures").textContent()}`);
  const tasks = await longestTasks(page, async () => {
    for (const letter of "typed by a person, letter by letter") {
      await page.keyboard.type(letter);
      await page.waitForTimeout(90);
    }
  });
  console.log(`typing: longest tasks of the main thread ${tasks.slice(0, 5).join(", ")} ms`);
  await close();
}

{
  const { page, settled, tab, close } = await openPage(browser, server.address, {});
  await tab("Completion");
  await settled();
  const text = `<|channel|>final<|message|>${"The quick brown fox jumps over the lazy dog. ".repeat(10_000)}<|return|>`;
  await write(page, "Completion: ids, text, or an engine's answer", text);
  await page.waitForTimeout(6000);
  console.log(`stepping: ${await page.locator(".figures").textContent()}`);
  await page.getByLabel("Tokens read").fill("50000");
  await page.getByLabel("Tokens a second").selectOption("100/s");
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForTimeout(500);
  const frames = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const gaps = [];
        let last = performance.now();
        const tick = (now) => {
          gaps.push(now - last);
          last = now;
          if (gaps.length < 240) requestAnimationFrame(tick);
          else resolve(gaps.slice(1));
        };
        requestAnimationFrame(tick);
      }),
  );
  const sum = frames.reduce((total, gap) => total + gap, 0);
  frames.sort((a, b) => b - a);
  console.log(
    `stepping: ${((frames.length / sum) * 1000).toFixed(1)} frames a second, longest ${frames.slice(0, 3).map((gap) => gap.toFixed(0))} ms`,
  );
  await close();
}
await browser.close();
server.close();

function median(values) {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1]);
}

/** How long the main thread's tasks took while something ran, in milliseconds, longest first. */
async function longestTasks(page, run) {
  const client = await page.context().newCDPSession(page);
  const events = [];
  client.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await client.send("Tracing.start", { transferMode: "ReportEvents", categories: "toplevel,__metadata" });
  await run();
  const ended = new Promise((resolve) => client.once("Tracing.tracingComplete", resolve));
  await client.send("Tracing.end");
  await ended;
  const main = new Set(
    events.filter(({ args }) => args?.name === "CrRendererMain").map(({ pid, tid }) => `${pid}/${tid}`),
  );
  return events
    .filter(({ name, pid, tid }) => /RunTask$/.test(name) && main.has(`${pid}/${tid}`))
    .map(({ dur }) => Math.round((dur ?? 0) / 1000))
    .sort((a, b) => b - a);
}
