// The pictures of the README, as WebP in docs/images.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { openPage } from "./browser.mjs";

const message = (role, content, channel) => ({ role, ...(channel === undefined ? {} : { channel }), content });
const developer = (instructions) => message("developer", [{ type: "developer_content", instructions }]);
const conversation = (...messages) => JSON.stringify({ messages }, null, 2);

const CHAT = conversation(
  developer("Answer in one sentence."),
  message("user", "Is it warm in Lisbon?"),
  message("assistant", "They ask about today. The forecast said 21 °C and a clear sky.", "analysis"),
  message("assistant", "Yes: 21 °C, under a clear sky. ☀️", "final"),
  message("user", "And do I need an umbrella?"),
);

const [before, after] = [
  ["Answer in one sentence.", "Do I need an umbrella in Lisbon?"],
  ["Answer in one short sentence, in Portuguese.", "Do I need an umbrella in Porto?"],
].map(([instructions, asked]) => conversation(developer(instructions), message("user", asked)));
const KEPT = { text: before, kind: "auto", end: "completion", keepAnalysis: "reference", recipientPlace: "role" };

const MALFORMED =
  "<|channel|>analysis<|channel|>analysis<|message|>They add two and two.<|end|><|channel|>final<|message|>Two and two are four.<|return|>";

/** For each picture: the state of the page, its colours, and what is done before it is taken. */
const PICTURES = {
  prompt: {
    state: { tab: "prompt", prompt: { text: CHAT, view: "tokens" } },
    colorScheme: "light",
    height: 1075,
    act: (page) => page.locator('.result [data-at="18"]').hover(),
  },
  completion: {
    state: { tab: "parse", parse: { text: MALFORMED } },
    colorScheme: "dark",
    height: 1040,
    act: (page) => page.locator(".read-messages .message").first().hover(),
  },
  differences: {
    state: { tab: "prompt", prompt: { text: after, kept: JSON.stringify(KEPT), against: "kept", edit: "cards" } },
    colorScheme: "light",
    height: 800,
    act: (page) => page.locator("details.card summary").first().click(),
  },
};

const FOLDER = fileURLToPath(new URL("../../docs/images", import.meta.url));

/** Takes them. */
export async function takePictures(browser, address, folder = FOLDER) {
  mkdirSync(folder, { recursive: true });
  for (const [name, { state, colorScheme, height, act }] of Object.entries(PICTURES)) {
    const fragment = `#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;
    const look = { width: 1280, height, colorScheme, deviceScaleFactor: 1.5 };
    const { page, settled, close } = await openPage(browser, address, { fragment, ...look });
    await settled();
    await act(page);
    await page.waitForTimeout(500);
    // Playwright itself writes PNG and JPEG only.
    const protocol = await page.context().newCDPSession(page);
    const { data } = await protocol.send("Page.captureScreenshot", { format: "webp", quality: 85 });
    writeFileSync(`${folder}/${name}.webp`, Buffer.from(data, "base64"));
    await close();
  }
}
