// Node, Bun, Deno and workerd: programs that run a file and print the result of the smoke suite.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL("./", import.meta.url));
const { dependencies } = JSON.parse(readFileSync(`${here}package.json`, "utf8"));

// As under a strict Content-Security-Policy: nothing may make code from text.
const NODE = ["--disallow-code-generation-from-strings"];
const BUN = ["--no-install"];
// Nothing is fetched, and no permission is asked for: all stay denied but the one that starting a worker takes.
const DENO = ["run", "--no-prompt", "--no-remote", "--cached-only"];

/**
 * @typedef {object} Program
 * @property {string} runtime
 * @property {string} version
 * @property {string} how How the package is loaded.
 * @property {string} file The runtime's executable.
 * @property {string[]} options What it is started with.
 */

/** @type {Program[]} */
export const PROGRAMS = [
  ...["node-20", "node-22", "node-24", "node-26"].flatMap((name) => [
    program("Node", name, "bin/node", "import", [...NODE, "import.mjs"]),
    program("Node", name, "bin/node", "require", [...NODE, "require.cjs"]),
    program("Node", name, "bin/node", "worker threads", [...NODE, "thread.mjs"]),
  ]),
  program("Bun", "@oven/bun-linux-x64", "bin/bun", "import", [...BUN, "import.mjs"]),
  program("Bun", "@oven/bun-linux-x64", "bin/bun", "require", [...BUN, "require.cjs"]),
  program("Bun", "@oven/bun-linux-x64", "bin/bun", "Web Worker", [...BUN, "start-worker.mjs"]),
  program("Deno", "@deno/linux-x64-glibc", "deno", "import", [...DENO, "import.mjs"]),
  program("Deno", "@deno/linux-x64-glibc", "deno", "require", [...DENO, "--allow-read=.", "require.cjs"]),
  program("Deno", "@deno/linux-x64-glibc", "deno", "Web Worker", [...DENO, "--allow-read=.", "start-worker.mjs"]),
  program("workerd", "@cloudflare/workerd-linux-64", "bin/workerd", "import, no file system", [
    "test",
    "workerd.capnp",
  ]),
];

function program(runtime, name, executable, how, options) {
  const version = dependencies[name].split("@").at(-1);
  return { runtime, version, how, file: `${here}node_modules/${name}/${executable}`, options };
}

/**
 * What the smoke suite found in a runtime.
 * @param {Program} program
 */
export async function resultOf({ file, options }, project) {
  // Only what programs need of this process's environment, so that no option or cache of its owner plays a part.
  const env = { PATH: process.env.PATH, HOME: project, DENO_DIR: `${project}/.deno`, DENO_NO_UPDATE_CHECK: "1" };
  const { stdout, stderr } = await run(file, options, { cwd: project, env, timeout: 120_000, maxBuffer: 2 ** 26 });
  const line = /SMOKE (\{.*\})/.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`no result was printed\n${stdout}${stderr}`);
  return JSON.parse(line);
}

/** A worker sees no files: every module that it may import is part of its configuration. */
export function writeWorkerdConfig(project) {
  const scripts = readdirSync(`${project}/node_modules/harmony-format/dist`, { recursive: true });
  const modules = [
    ...["workerd.mjs", "package-files.mjs", "smoke.mjs", "sample.mjs"],
    ...scripts.filter((path) => path.endsWith(".js")).map((path) => `node_modules/harmony-format/dist/${path}`),
  ];
  writeFileSync(
    `${project}/workerd.capnp`,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(
    name = "smoke",
    worker = (
      compatibilityDate = "2024-01-01",
      modules = [
${modules.map((name) => `        (name = "${name}", esModule = embed "${name}"),`).join("\n")}
      ],
    ),
  )],
);
`,
  );
}
