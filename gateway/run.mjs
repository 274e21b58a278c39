// Builds or starts the gateway, after installing what it needs and building the package that it stands on.
//
//   node gateway/run.mjs build
//   node gateway/run.mjs pack        builds all that its package holds
//   node gateway/run.mjs start --engine llama.cpp --upstream http://localhost:8080
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installTools } from "../checks/tool-folder.mjs";

const here = fileURLToPath(new URL("./", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));

/** Makes gateway/dist. */
export function buildGateway() {
  installTools(here);
  linkPackage();
  const options = { cwd: root, stdio: ["ignore", 2, 2] };
  if (!existsSync(`${root}/dist/index.js`)) execFileSync("npm", ["run", "--silent", "build"], options);
  rmSync(`${here}/dist`, { recursive: true, force: true });
  execFileSync("node", ["node_modules/typescript/bin/tsc", "-p", "gateway"], options);
}

/** Puts the built playground where the gateway looks for it. */
export function packPlayground() {
  execFileSync("npm", ["run", "--silent", "build:playground"], { cwd: root, stdio: ["ignore", 2, 2] });
  rmSync(`${here}/playground`, { recursive: true, force: true });
  cpSync(`${root}/playground/build`, `${here}/playground`, { recursive: true });
}

/** The package is this repository: an install from the registry would bring the last one that was published. */
function linkPackage() {
  const link = `${here}/node_modules/harmony-format`;
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync("../..", link, "dir");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...rest] = process.argv.slice(2);
  if (!["build", "pack", "start"].includes(command)) throw new Error("say build, pack or start");
  buildGateway();
  if (command === "pack") packPlayground();
  if (command === "start") {
    process.argv = [process.argv[0], "harmony-gateway", ...rest];
    await import("./dist/main.js");
  }
}
