// Builds or serves the page, after installing what it needs and building the package that it shows.
//
//   node playground/run.mjs build | serve
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installTools } from "../checks/tool-folder.mjs";

const here = new URL("./", import.meta.url);
const configFile = fileURLToPath(new URL("vite.config.mjs", here));

/** Makes the static files of playground/build. */
export async function buildPlayground() {
  const { build } = await prepare();
  // The check that calls this says "test", which would build a page for developers. (npm would leave out what only builds it.)
  process.env.NODE_ENV = "production";
  await build({ configFile, logLevel: "warn" });
}

async function servePlayground() {
  const { createServer } = await prepare();
  const server = await createServer({ configFile });
  await server.listen();
  server.printUrls();
}

/** Vite, once all is there that it works on. */
async function prepare() {
  installTools(here);
  const root = fileURLToPath(new URL("..", here));
  if (!existsSync(`${root}/dist/index.js`)) {
    execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", 2, 2] });
  }
  return import("vite");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command] = process.argv.slice(2);
  if (command === "build") await buildPlayground();
  else if (command === "serve") await servePlayground();
  else throw new Error("say build or serve");
}
