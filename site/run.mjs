// The site: `node site/run.mjs` serves it and follows changes in docs/; `node site/run.mjs --build` makes static files, for any
// host. `--base /docs/` says under which path they will be served (default: `/`), `--out` where to write them (site/build).
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, watch } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installTools } from "../checks/tool-folder.mjs";

const here = fileURLToPath(new URL("./", import.meta.url));
const { values } = parseArgs({
  options: { build: { type: "boolean" }, base: { type: "string" }, out: { type: "string" } },
});
const { base = "/", out = `${here}build` } = values;
process.env.SITE_BASE = base;

installTools(here);
// They need what has just been installed.
const { build, createServer } = await import("vitepress");
const { PAGES, stage, stageDocs } = await import("./stage.mjs");

await stage();
// The playground is a page of the site; a server shows the one that was built last.
const playground = fileURLToPath(new URL("../playground/", import.meta.url));
if (values.build && existsSync(`${playground}run.mjs`)) {
  execFileSync(process.execPath, [`${playground}run.mjs`, "build"], { stdio: ["ignore", 2, 2] });
}
if (existsSync(`${playground}build`)) cpSync(`${playground}build`, `${PAGES}/public/playground`, { recursive: true });

if (values.build) {
  await build(here, { base, outDir: out });
} else {
  watch(fileURLToPath(new URL("../docs", import.meta.url)), { recursive: true }, () => stageDocs());
  const server = await createServer(here);
  await server.listen();
  server.printUrls();
}
