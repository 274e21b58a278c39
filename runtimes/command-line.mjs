// Node, Bun, Deno and workerd: programs that run a file and print its result.
import { execFile } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const tools = fileURLToPath(new URL("node_modules/", import.meta.url));

const NODE_RELEASES = [20, 22, 24, 26];
// As under a strict Content-Security-Policy: nothing may make code from text.
const NODE_FLAGS = ["--disallow-code-generation-from-strings"];
// Nothing is fetched, and nothing asked for: all permissions stay denied but the one that starting a worker takes.
const DENO_FLAGS = ["run", "--no-prompt", "--no-remote", "--cached-only"];

/** Every row: which program, with which arguments, and how it loads the package. */
const ROWS = [
  ...NODE_RELEASES.flatMap((release) => {
    const node = { runtime: "Node", program: `${tools}node-${release}/bin/node`, versionFrom: ["--version"] };
    return [
      { ...node, how: "import", arguments_: [...NODE_FLAGS, "import.mjs"] },
      { ...node, how: "require", arguments_: [...NODE_FLAGS, "require.cjs"] },
      { ...node, how: "worker threads", arguments_: [...NODE_FLAGS, "thread.mjs"] },
    ];
  }),
  ...[
    { how: "import", arguments_: ["--no-install", "import.mjs"] },
    { how: "require", arguments_: ["--no-install", "require.cjs"] },
    { how: "Web Worker", arguments_: ["--no-install", "start-worker.mjs"] },
  ].map((row) => ({
    ...row,
    runtime: "Bun",
    program: `${tools}@oven/bun-linux-x64/bin/bun`,
    versionFrom: ["--version"],
  })),
  ...[
    { how: "import", arguments_: [...DENO_FLAGS, "import.mjs"] },
    { how: "require", arguments_: [...DENO_FLAGS, "--allow-read=.", "require.cjs"] },
    { how: "Web Worker", arguments_: [...DENO_FLAGS, "--allow-read=.", "start-worker.mjs"] },
  ].map((row) => ({
    ...row,
    runtime: "Deno",
    program: `${tools}@deno/linux-x64-glibc/deno`,
    versionFrom: ["--version"],
  })),
  {
    runtime: "workerd",
    how: "import, no file system",
    program: `${tools}@cloudflare/workerd-linux-64/bin/workerd`,
    versionFrom: ["--version"],
    arguments_: ["test", "workerd.capnp"],
  },
];

/** @param {(runtime: string) => boolean} wanted */
export async function runOnCommandLine(project, wanted) {
  writeFileSync(`${project}/workerd.capnp`, workerdConfig(project));
  // Of this process's environment only what programs need, so that no option or cache of its owner plays a part.
  const env = { PATH: process.env.PATH, HOME: project, DENO_DIR: `${project}/.deno`, DENO_NO_UPDATE_CHECK: "1" };
  const rows = [];
  for (const { runtime, how, program, versionFrom, arguments_ } of ROWS.filter((row) => wanted(row.runtime))) {
    const version = firstNumber((await run(program, versionFrom, { env })).stdout);
    const begin = performance.now();
    const result = await run(program, arguments_, { cwd: project, env, timeout: 120_000, maxBuffer: 2 ** 26 }).then(
      ({ stdout, stderr }) =>
        resultIn(stdout) ?? { checks: 0, passed: 0, failures: [`printed no result\n${stdout}${stderr}`] },
      (error) => ({ checks: 0, passed: 0, failures: [`${error.message}\n${error.stdout ?? ""}`] }),
    );
    rows.push({ runtime, how, version, ...result, seconds: (performance.now() - begin) / 1000 });
  }
  return rows;
}

function resultIn(output) {
  const line = /SMOKE (\{.*\})/.exec(output)?.[1];
  return line === undefined ? undefined : JSON.parse(line);
}

function firstNumber(text) {
  return /\d+(\.\d+)+|\d{4}-\d\d-\d\d/.exec(text)?.[0] ?? text.trim();
}

/** A worker sees no files: every module it may import is part of its configuration. */
function workerdConfig(project) {
  const dist = readdirSync(`${project}/node_modules/harmony-format/dist`, { recursive: true });
  const modules = [
    "workerd.mjs",
    "package-files.mjs",
    "smoke.mjs",
    "sample.mjs",
    ...dist.filter((path) => path.endsWith(".js")).map((path) => `node_modules/harmony-format/dist/${path}`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
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
`;
}
