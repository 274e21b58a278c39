// What a program carries that imports this or that, bundled and minified by rolldown (Vite's bundler).
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

/**
 * What is imported, from which entry point, and the most that it may weigh, in bytes after gzip. The vocabulary alone
 * weighs more than 700 kB: what may not weigh as much cannot hold it.
 */
const IMPORTS = [
  {
    label: "everything",
    code: 'export * from "harmony-format";\nexport * from "harmony-format/stream";',
    limit: 850_000,
  },
  ...[
    { names: ["loadHarmonyEncoding"], limit: 845_000 },
    { names: ["HarmonyTextParser"], limit: 20_000 },
    { names: ["StreamableParser"], limit: 20_000 },
    { names: ["renderConversationParts"], limit: 12_000 },
    { names: ["renderConversationParts", "HarmonyTextParser"], limit: 25_000 },
    { names: ["validateConversation"], limit: 12_000 },
    { names: ["Conversation", "Message"], limit: 8_000 },
    { names: ["HarmonyError"], limit: 1_000 },
    { names: ["*"], from: "harmony-format/text", limit: 30_000 },
    { names: ["parseStream", "HarmonyEventStream"], from: "harmony-format/stream", limit: 2_000 },
  ].map(({ names, from = "harmony-format", limit }) => ({
    label: names[0] === "*" ? `everything of \`${from}\`` : names.map((name) => `\`${name}\``).join(", "),
    code: `export ${names[0] === "*" ? "*" : `{ ${names.join(", ")} }`} from "${from}"`,
    limit,
  })),
];

/** How far a figure of the page may be from the truth before it must be written again; never less than 0.1 kB. */
const TOLERANCE = 0.05;

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "an import that uses nothing leaves nothing",
    async ({ project }) => assert.equal((await bundle(project, 'import "harmony-format"')).trim(), ""),
  ],
  ...IMPORTS.map(({ label, code, limit }) => [
    label.replaceAll("`", ""),
    async ({ project, root, update }) => {
      const output = await bundle(project, code);
      const gzipped = gzipSync(output, { level: 9 }).length;
      assert.ok(gzipped <= limit, `${gzipped} bytes gzipped, over the limit of ${limit}`);
      compareWithPage(`${root}docs/platforms.md`, label, output.length, gzipped, update);
      return `${gzipped} bytes gzipped`;
    },
  ]),
];

async function bundle(project, code) {
  const entry = `${project}/entry.mjs`;
  writeFileSync(entry, code);
  const build = await rolldown({ input: entry, cwd: project, platform: "browser", logLevel: "warn" });
  const { output } = await build.generate({ format: "es", minify: true });
  await build.close();
  return output.map((chunk) => chunk.code).join("");
}

/** The page's table has a row per import: | what | minified | gzipped |. */
function compareWithPage(page, label, minified, gzipped, update) {
  const text = readFileSync(page, "utf8");
  const row = text.split("\n").find((line) => line.startsWith(`| ${label} |`));
  assert.ok(row !== undefined, `docs/platforms.md has no row for ${label}`);
  if (update) writeFileSync(page, text.replace(row, `| ${label} | ${kilobytes(minified)} | ${kilobytes(gzipped)} |`));
  else {
    const [, said] = row.split("|").slice(2).map(Number.parseFloat);
    const off = Math.abs(said * 1000 - gzipped);
    const allowed = Math.max(100, gzipped * TOLERANCE);
    assert.ok(off <= allowed, `docs/platforms.md says ${said} kB, it is ${kilobytes(gzipped)}: npm run api`);
  }
}

function kilobytes(bytes) {
  return `${bytes < 10_000 ? (bytes / 1000).toFixed(1) : Math.round(bytes / 1000)} kB`;
}
